// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/opencl/module.h"

#include "tenon/abi/draft/host.h"
#include "tenon/plugin.h"

#include <optional>

namespace tenon::opencl {
namespace {

// No relaxed mathematics: results follow from the source.
constexpr const char* build_options = "-cl-std=CL1.2";
constexpr size_t longest_log = 2000;

uint64_t hash(std::string_view bytes, uint64_t seed) {
  uint64_t h = seed;
  for (const char byte : bytes) h = (h ^ static_cast<unsigned char>(byte)) * 0x100000001B3u;
  return h;
}

// PoCL compiles a kernel when it is first launched and keeps it itself; to hand out a binary it
// would compile every kernel once more, for no particular work-group size.
bool compiles_at_launch(cl_device_id id) {
  const auto platform = device_fact<cl_platform_id>(id, CL_DEVICE_PLATFORM);
  char name[64] = {};
  if (clGetPlatformInfo(platform, CL_PLATFORM_NAME, sizeof name - 1, name, nullptr) != CL_SUCCESS)
    return false;
  return std::string_view(name) == "Portable Computing Language";
}

std::string cache_key(const Device& device, const std::string& source) {
  const std::string all = device.fingerprint() + '\n' + build_options + '\n' + source;
  return fmt::format("opencl/{:016x}{:016x}", hash(all, 0xCBF29CE484222325u),
                     hash(all, 0x84222325CBF29CE4u));
}

std::string build_log(cl_program program, cl_device_id device) {
  size_t size = 0;
  if (clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, 0, nullptr, &size) != CL_SUCCESS)
    return {};
  std::string log(size, '\0');
  if (clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, size, log.data(), nullptr) !=
      CL_SUCCESS) {
    return {};
  }
  log.resize(std::min(log.find('\0'), longest_log));
  return log;
}

Status build_program(cl_program program, cl_device_id device) {
  const cl_int error = clBuildProgram(program, 1, &device, build_options, nullptr, nullptr);
  if (error == CL_SUCCESS) return {};
  return device_error("opencl: generated kernels do not build (error {}): {}", error,
                      build_log(program, device));
}

tenon_status append(void* context, const void* bytes, uint64_t size) {
  static_cast<std::string*>(context)->append(static_cast<const char*>(bytes), size);
  return TENON_OK;
}

// The program from the host's cache; nothing when it is not there or no longer fits.
std::optional<Program> cached(const Device& device, const tenon_cache& cache,
                              const std::string& key) {
  std::string binary;
  const tenon_byte_sink sink = {&binary, append};
  if (cache.get(to_str(key), &sink) != TENON_OK || binary.empty()) return std::nullopt;
  const auto* bytes = reinterpret_cast<const unsigned char*>(binary.data());
  const size_t size = binary.size();
  const cl_device_id id = device.id();
  cl_int status = CL_SUCCESS;
  cl_int error = CL_SUCCESS;
  Program program(
      clCreateProgramWithBinary(device.context(), 1, &id, &size, &bytes, &status, &error));
  if (error != CL_SUCCESS || status != CL_SUCCESS) return std::nullopt;
  if (!build_program(program.get(), id).ok()) return std::nullopt;
  return program;
}

// What cannot be kept is compiled again the next time.
void keep(cl_program program, const tenon_cache& cache, const std::string& key) {
  size_t size = 0;
  if (clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, sizeof size, &size, nullptr) !=
          CL_SUCCESS ||
      size == 0) {
    return;
  }
  std::string binary(size, '\0');
  auto* bytes = reinterpret_cast<unsigned char*>(binary.data());
  if (clGetProgramInfo(program, CL_PROGRAM_BINARIES, sizeof bytes, &bytes, nullptr) != CL_SUCCESS)
    return;
  const tenon_status kept = cache.put(to_str(key), binary.data(), binary.size());
  (void)kept;
}

}  // namespace

Result<std::unique_ptr<ModuleObject>> ModuleObject::build(const Device& device,
                                                          const std::string& source) {
  const auto* cache =
      compiles_at_launch(device.id()) ? nullptr : host_service<tenon_cache>(TENON_CACHE_ID);
  const std::string key = cache_key(device, source);
  if (cache != nullptr) {
    if (std::optional<Program> found = cached(device, *cache, key)) {
      return std::unique_ptr<ModuleObject>(new ModuleObject(device, std::move(*found)));
    }
  }
  const char* text = source.data();
  const size_t size = source.size();
  cl_int error = CL_SUCCESS;
  Program program(clCreateProgramWithSource(device.context(), 1, &text, &size, &error));
  TENON_TRY(check(error, "creating a program"));
  TENON_TRY(build_program(program.get(), device.id()));
  if (cache != nullptr) keep(program.get(), *cache, key);
  return std::unique_ptr<ModuleObject>(new ModuleObject(device, std::move(program)));
}

const kir::CTarget& opencl_target() {
  static const kir::CTarget target = [] {
    kir::CTarget made = kir::opencl_c();
    made.last_parameter = "const uint runs";
    made.first_statement = "if (runs == 0u) return;";
    return made;
  }();
  return target;
}

Result<std::unique_ptr<KernelObject>> ModuleObject::kernel(const kir::Kernel& kernel) const {
  cl_int error = CL_SUCCESS;
  KernelHandle handle(clCreateKernel(program_.get(), kernel.name.c_str(), &error));
  TENON_TRY(check(error, fmt::format("finding kernel {}", kernel.name)));
  return std::make_unique<KernelObject>(std::move(handle), kernel.group);
}

namespace {

// All arguments 0, the last of which makes the kernel do nothing.
Status set_nothing(cl_kernel handle, const kir::Kernel& kernel) {
  constexpr cl_ulong zero = 0;
  cl_uint index = 0;
  const auto set = [&](size_t bytes, const void* value) {
    return check(clSetKernelArg(handle, index++, bytes, value), "setting a kernel argument");
  };
  for (const kir::Param& param : kernel.params) {
    if (param.buffer) {
      const cl_mem none = nullptr;
      TENON_TRY(set(sizeof none, &none));
      TENON_TRY(set(sizeof zero, &zero));
    } else {
      // A bool comes as a uint.
      TENON_TRY(set(param.type == Type::boolean ? 4 : kir::bits_in(param.type) / 8, &zero));
    }
  }
  return set(sizeof(cl_uint), &zero);
}

Status launch_nothing(cl_command_queue queue, cl_kernel handle,
                      const std::array<uint32_t, 3>& group, const std::array<uint32_t, 3>& groups) {
  size_t global[3], local[3];
  for (size_t axis = 0; axis < 3; ++axis) {
    local[axis] = group[axis];
    global[axis] = size_t{groups[axis]} * local[axis];
  }
  return check(
      clEnqueueNDRangeKernel(queue, handle, 3, nullptr, global, local, 0, nullptr, nullptr),
      "preparing a kernel");
}

}  // namespace

Status ModuleObject::prepare(std::span<const kernelgen::Coming> kernels) const {
  if (!compiles_at_launch(device_.id())) return {};
  cl_int error = CL_SUCCESS;
  const Queue queue(clCreateCommandQueue(device_.context(), device_.id(), 0, &error));
  TENON_TRY(check(error, "making a stream"));
  std::vector<std::unique_ptr<KernelObject>> kept;
  for (const kernelgen::Coming& coming : kernels) {
    // It would wait for threads that have left.
    if (coming.kernel->has_barrier()) continue;
    const std::array<uint32_t, 3> group = coming.kernel->group;
    TENON_TRY_ASSIGN(auto made, kernel(*coming.kernel));
    TENON_TRY(set_nothing(made->kernel(), *coming.kernel));
    const cl_kernel handle = made->kernel();
    kept.push_back(std::move(made));
    if (coming.groups) {
      TENON_TRY(launch_nothing(queue.get(), handle, group, *coming.groups));
      continue;
    }
    // Launches that are wide are compiled apart from small ones.
    constexpr uint32_t wide = 65536;
    TENON_TRY(launch_nothing(queue.get(), handle, group, {1, 1, 1}));
    TENON_TRY(launch_nothing(queue.get(), handle, group, {wide / group[0] + 1, 1, 1}));
  }
  return check(clFinish(queue.get()), "preparing kernels");
}

}  // namespace tenon::opencl
