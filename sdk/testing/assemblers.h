// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernelgen/kir.h"
#include "tenon/status.h"

#include <string>
#include <vector>

// Generated kernels before the assemblers and validators of the devices they are for. [any thread]
namespace tenon::testing {

// Kernels of many programs in one module: each under a name of its own, equal ones once.
class KernelCollection {
 public:
  void add(kir::Kernel kernel);
  const std::vector<kir::Kernel>& kernels() const { return kernels_; }

 private:
  std::vector<kir::Kernel> kernels_;
  std::vector<size_t> hashes_;
};

bool has_ptxas();
bool has_spirv_val();
// "" when ptxas assembles the kernels for the architecture ("sm_90"), else what it says.
std::string ptxas_complaint(const KernelCollection& collection, const std::string& architecture);
// "" when spirv-val has nothing to say about the kernels' SPIR-V.
std::string spirv_val_complaint(const KernelCollection& collection);

}  // namespace tenon::testing
