// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/opencl/device.h"
#include "tenon/kernelgen/generated_backend.h"

// Compiled kernels. Binaries are kept in the host's cache, where it has one. [any thread]; a
// KernelObject belongs to one caller at a time.
namespace tenon::opencl {

class KernelObject {
 public:
  KernelObject(KernelHandle kernel, std::array<uint32_t, 3> group)
      : kernel_(std::move(kernel)), group_(group) {}
  cl_kernel kernel() const { return kernel_.get(); }
  const std::array<uint32_t, 3>& group() const { return group_; }

 private:
  KernelHandle kernel_;
  std::array<uint32_t, 3> group_;
};

class ModuleObject {
 public:
  static Result<std::unique_ptr<ModuleObject>> build(const Device& device,
                                                     const std::string& source);
  Result<std::unique_ptr<KernelObject>> kernel(const kir::Kernel& kernel) const;
  // Some drivers compile a kernel when it is first launched: launches each, to do nothing, but for
  // those with barriers.
  Status prepare(std::span<const kernelgen::Coming> kernels) const;

 private:
  ModuleObject(const Device& device, Program program)
      : device_(device), program_(std::move(program)) {}
  const Device& device_;
  Program program_;
};

// OpenCL C whose kernels without barriers end at once unless their last argument is `runs`.
const kir::CTarget& opencl_target();
constexpr cl_uint runs = 1;

}  // namespace tenon::opencl
