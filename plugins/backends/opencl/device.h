// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/opencl/cl.h"
#include "tenon/abi/draft/backend.h"
#include "tenon/kernelgen/island_program.h"
#include "tenon/kernelgen/memory.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

// One OpenCL device: memory and the objects made on it. [any thread] It outlives all of them.
namespace tenon::opencl {

class BufferObject;
class StreamObject;
class FenceObject;
class ModuleObject;
class KernelObject;

// What the plugin was started with.
class Plugin {
 public:
  // Options: device_type = cpu, gpu, accelerator or all; the environment variable
  // TENON_OPENCL_DEVICE_TYPE stands in for it.
  Status configure(std::span<const tenon_kv> options);
  // Devices of all platforms in the loader's order; empty when there is no platform.
  Result<std::vector<cl_device_id>> devices() const;

 private:
  cl_device_type type_ = CL_DEVICE_TYPE_ALL;
};

class Device {
 public:
  using Plugin = opencl::Plugin;
  using Buffer = BufferObject;
  using Stream = StreamObject;
  using Fence = FenceObject;
  using Module = ModuleObject;
  using Kernel = KernelObject;

  static Status list(Plugin& plugin, const tenon_device_sink& sink);
  static Result<std::unique_ptr<Device>> open(Plugin& plugin, uint32_t ordinal,
                                              std::span<const tenon_kv> options);

  kernelgen::Limits limits() const { return limits_; }
  const kir::CTarget& target() const;
  uint64_t alignment() const { return alignment_; }
  std::string fingerprint() const;
  Status memory(uint64_t& free, uint64_t& total) const;
  Result<std::unique_ptr<BufferObject>> alloc(uint64_t bytes, uint32_t usage);
  // Weights only, and only where host and device share memory.
  Result<std::unique_ptr<BufferObject>> import_host(void* pointer, uint64_t bytes, uint32_t usage);
  Result<std::unique_ptr<StreamObject>> stream();
  Result<std::unique_ptr<FenceObject>> fence();
  Result<std::unique_ptr<ModuleObject>> build(const std::string& source);

  cl_context context() const { return context_.get(); }
  cl_device_id id() const { return id_; }

 private:
  Device(cl_device_id id, Context context);

  cl_device_id id_;
  Context context_;
  kernelgen::Limits limits_;
  uint64_t alignment_;
};

class BufferObject {
 public:
  BufferObject(Memory memory, uint64_t bytes) : memory_(std::move(memory)), bytes_(bytes) {}
  cl_mem memory() const { return memory_.get(); }
  uint64_t bytes() const { return bytes_; }

 private:
  Memory memory_;
  uint64_t bytes_;
};

}  // namespace tenon::opencl
