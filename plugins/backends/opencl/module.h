// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/opencl/device.h"

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

 private:
  explicit ModuleObject(Program program) : program_(std::move(program)) {}
  Program program_;
};

}  // namespace tenon::opencl
