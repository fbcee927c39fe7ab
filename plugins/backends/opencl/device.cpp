// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/opencl/device.h"

#include "plugins/backends/opencl/fence.h"
#include "plugins/backends/opencl/module.h"
#include "plugins/backends/opencl/stream.h"

#include <algorithm>
#include <cstdlib>

namespace tenon::opencl {
namespace {

constexpr cl_int no_platform = -1001;  // of the ICD loader

Result<cl_device_type> device_type(std::string_view word) {
  if (word == "cpu") return cl_device_type{CL_DEVICE_TYPE_CPU};
  if (word == "gpu") return cl_device_type{CL_DEVICE_TYPE_GPU};
  if (word == "accelerator") return cl_device_type{CL_DEVICE_TYPE_ACCELERATOR};
  if (word == "all" || word.empty()) return cl_device_type{CL_DEVICE_TYPE_ALL};
  return invalid("opencl: device type \"{}\", expected cpu, gpu, accelerator or all", word);
}

bool has_f64(cl_device_id id) {
  return device_fact<cl_device_fp_config>(id, CL_DEVICE_DOUBLE_FP_CONFIG) != 0;
}

uint64_t alignment_of(cl_device_id id) {
  return std::max<uint64_t>(64, device_fact<cl_uint>(id, CL_DEVICE_MEM_BASE_ADDR_ALIGN) / 8);
}

bool is_unified(cl_device_id id) {
  return device_fact<cl_bool>(id, CL_DEVICE_HOST_UNIFIED_MEMORY) != CL_FALSE;
}

uint32_t kind_of(cl_device_id id) {
  const auto type = device_fact<cl_device_type>(id, CL_DEVICE_TYPE);
  if ((type & CL_DEVICE_TYPE_CPU) != 0) return TENON_DEVICE_CPU;
  if ((type & CL_DEVICE_TYPE_ACCELERATOR) != 0) return TENON_DEVICE_FPGA;
  return is_unified(id) ? TENON_DEVICE_IGPU : TENON_DEVICE_GPU;
}

uint64_t dtypes_of(cl_device_id id) {
  uint64_t mask = 0;
  for (uint32_t i = 0; i < TENON_DTYPE_COUNT; ++i) {
    const auto dtype = static_cast<DType>(i);
    if (kir::memory_dtype(dtype) == DType::none || (dtype == DType::f64 && !has_f64(id))) continue;
    mask |= uint64_t{1} << i;
  }
  return mask;
}

// What the driver is, as words that change when compiled code would.
std::string driver_of(cl_device_id id) {
  const auto platform = device_fact<cl_platform_id>(id, CL_DEVICE_PLATFORM);
  char version[256] = {};
  if (clGetPlatformInfo(platform, CL_PLATFORM_VERSION, sizeof version - 1, version, nullptr) !=
      CL_SUCCESS) {
    version[0] = '\0';
  }
  return fmt::format("{}; driver {}", version, device_text(id, CL_DRIVER_VERSION));
}

}  // namespace

Status Plugin::configure(std::span<const tenon_kv> options) {
  const char* word = std::getenv("TENON_OPENCL_DEVICE_TYPE");
  TENON_TRY_ASSIGN(type_, device_type(word != nullptr ? word : ""));
  for (const tenon_kv& option : options) {
    if (to_view(option.key) != "device_type") continue;
    TENON_TRY_ASSIGN(type_, device_type(to_view(option.value)));
  }
  return {};
}

Result<std::vector<cl_device_id>> Plugin::devices() const {
  std::vector<cl_device_id> all;
  cl_uint count = 0;
  const cl_int error = clGetPlatformIDs(0, nullptr, &count);
  if (error == no_platform || count == 0) return all;
  TENON_TRY(check(error, "listing platforms"));
  std::vector<cl_platform_id> platforms(count);
  TENON_TRY(check(clGetPlatformIDs(count, platforms.data(), nullptr), "listing platforms"));
  for (cl_platform_id platform : platforms) {
    cl_uint devices = 0;
    // A platform without devices of the type answers with an error.
    if (clGetDeviceIDs(platform, type_, 0, nullptr, &devices) != CL_SUCCESS || devices == 0)
      continue;
    const size_t before = all.size();
    all.resize(before + devices);
    TENON_TRY(
        check(clGetDeviceIDs(platform, type_, devices, &all[before], nullptr), "listing devices"));
  }
  return all;
}

Status Device::list(Plugin& plugin, const tenon_device_sink& sink) {
  TENON_TRY_ASSIGN(const std::vector<cl_device_id> ids, plugin.devices());
  for (size_t i = 0; i < ids.size(); ++i) {
    const cl_device_id device = ids[i];
    const std::string id = fmt::format("opencl:{}", i);
    const std::string name = device_text(device, CL_DEVICE_NAME);
    const std::string driver = driver_of(device);
    const std::string features = device_text(device, CL_DEVICE_EXTENSIONS);
    const uint32_t shared = is_unified(device) ? TENON_HEAP_UNIFIED | TENON_HEAP_IMPORTABLE : 0;
    const tenon_heap heap = {.size = sizeof(tenon_heap),
                             .flags = TENON_HEAP_DEVICE_LOCAL | shared,
                             .bytes = device_fact<cl_ulong>(device, CL_DEVICE_GLOBAL_MEM_SIZE),
                             .alignment = alignment_of(device)};
    const tenon_device_info info = {
        .size = sizeof(tenon_device_info),
        .kind = kind_of(device),
        .id = to_str(id),
        .name = to_str(name),
        .driver = to_str(driver),
        .features = to_str(features),
        .dtypes = dtypes_of(device),
        .heaps = &heap,
        .n_heaps = 1,
        .heap_stride = sizeof heap,
        .flags = TENON_DEVICE_ASYNC,
        .subgroup = 0,
        .max_group =
            static_cast<uint32_t>(device_fact<size_t>(device, CL_DEVICE_MAX_WORK_GROUP_SIZE)),
        .compute_units = device_fact<cl_uint>(device, CL_DEVICE_MAX_COMPUTE_UNITS),
        .gflops = 0,
        .gbytes_per_s = 0,
        .launch_us = 0,
        .link_gbytes_per_s = 0,
    };
    const tenon_status taken = sink.device(sink.context, &info);
    if (taken != TENON_OK) return Status(static_cast<Code>(taken), "opencl: listing was stopped");
  }
  return {};
}

Device::Device(cl_device_id id, Context context)
    : id_(id), context_(std::move(context)), alignment_(alignment_of(id)) {
  limits_.has_f64 = has_f64(id);
  limits_.is_cpu = kind_of(id) == TENON_DEVICE_CPU;
  limits_.max_group = static_cast<uint32_t>(device_fact<size_t>(id, CL_DEVICE_MAX_WORK_GROUP_SIZE));
  limits_.shared_bytes = device_fact<cl_ulong>(id, CL_DEVICE_LOCAL_MEM_SIZE);
}

Result<std::unique_ptr<Device>> Device::open(Plugin& plugin, uint32_t ordinal,
                                             std::span<const tenon_kv> options) {
  for (const tenon_kv& option : options) {
    return invalid("opencl: option \"{}\" is not known to devices", to_view(option.key));
  }
  TENON_TRY_ASSIGN(const std::vector<cl_device_id> ids, plugin.devices());
  if (ordinal >= ids.size()) return invalid("opencl: device {} of {}", ordinal, ids.size());
  cl_int error = CL_SUCCESS;
  Context context(clCreateContext(nullptr, 1, &ids[ordinal], nullptr, nullptr, &error));
  TENON_TRY(check(error, "opening the device"));
  return std::unique_ptr<Device>(new Device(ids[ordinal], std::move(context)));
}

const kir::CTarget& Device::target() const { return opencl_target(); }

std::string Device::fingerprint() const {
  return fmt::format("{}; {}; {}", driver_of(id_), device_text(id_, CL_DEVICE_NAME),
                     device_text(id_, CL_DEVICE_OPENCL_C_VERSION));
}

// OpenCL does not tell what is free, so all of it is the estimate.
Status Device::memory(uint64_t& free, uint64_t& total) const {
  total = device_fact<cl_ulong>(id_, CL_DEVICE_GLOBAL_MEM_SIZE);
  free = total;
  return {};
}

Result<std::unique_ptr<BufferObject>> Device::alloc(uint64_t bytes, uint32_t) {
  const auto largest = device_fact<cl_ulong>(id_, CL_DEVICE_MAX_MEM_ALLOC_SIZE);
  if (bytes > largest) {
    return no_memory("opencl: a buffer of {} bytes, the device allows {}", bytes, largest);
  }
  cl_int error = CL_SUCCESS;
  Memory memory(
      clCreateBuffer(context(), CL_MEM_READ_WRITE, std::max<uint64_t>(bytes, 1), nullptr, &error));
  TENON_TRY(check(error, fmt::format("allocating {} bytes", bytes)));
  return std::make_unique<BufferObject>(std::move(memory), bytes);
}

Result<std::unique_ptr<BufferObject>> Device::import_host(void* pointer, uint64_t bytes,
                                                          uint32_t usage) {
  const bool is_aligned = reinterpret_cast<uintptr_t>(pointer) % alignment_ == 0;
  if ((usage & TENON_USE_WEIGHTS) == 0 || !is_unified(id_) || !is_aligned || bytes == 0) {
    return unsupported("opencl: this memory cannot be used in place");
  }
  cl_int error = CL_SUCCESS;
  Memory memory(
      clCreateBuffer(context(), CL_MEM_READ_ONLY | CL_MEM_USE_HOST_PTR, bytes, pointer, &error));
  TENON_TRY(check(error, "using host memory in place"));
  return std::make_unique<BufferObject>(std::move(memory), bytes);
}

Result<std::unique_ptr<StreamObject>> Device::stream() { return StreamObject::make(*this); }

Result<std::unique_ptr<FenceObject>> Device::fence() {
  return std::make_unique<FenceObject>(context());
}

Result<std::unique_ptr<ModuleObject>> Device::build(const std::string& source) {
  return ModuleObject::build(*this, source);
}

}  // namespace tenon::opencl
