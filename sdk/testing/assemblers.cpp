// SPDX-License-Identifier: Apache-2.0
#include "sdk/testing/assemblers.h"

#include "sdk/testing/programs.h"
#include "tenon/kernelgen/printer_c.h"
#include "tenon/kernelgen/printer_ptx.h"
#include "tenon/kernelgen/printer_spirv.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace tenon::testing {

void KernelCollection::add(kir::Kernel kernel) {
  kernel.name = "k";
  const size_t hash = std::hash<std::string>()(kir::print_c(kernel, kir::opencl_c()));
  if (std::ranges::find(hashes_, hash) != hashes_.end()) return;
  hashes_.push_back(hash);
  kernel.name = fmt::format("tenon_{}", kernels_.size());
  kernels_.push_back(std::move(kernel));
}

bool has_ptxas() { return find_program("ptxas").has_value(); }
bool has_spirv_val() { return find_program("spirv-val").has_value(); }

std::string ptxas_complaint(const KernelCollection& collection, const std::string& architecture) {
  // The first version that knows the architecture.
  const std::string_view version = architecture == "sm_75"   ? "6.3"
                                   : architecture == "sm_80" ? "7.0"
                                                             : "7.8";
  const std::string text =
      kir::print_ptx(collection.kernels(), {.version = version, .architecture = architecture});
  const TemporaryFile source(text);
  const Outcome outcome =
      run_program(fmt::format("'{}' -O1 --gpu-name {} --output-file /dev/null '{}'",
                              *find_program("ptxas"), architecture, source.path()));
  if (outcome.code == 0) return {};
  return outcome.output.empty() ? "ptxas fails without a word" : outcome.output;
}

std::string spirv_val_complaint(const KernelCollection& collection) {
  const std::vector<uint32_t> words = kir::print_spirv(collection.kernels());
  const TemporaryFile module(
      {reinterpret_cast<const char*>(words.data()), words.size() * sizeof(uint32_t)});
  const Outcome outcome = run_program(
      fmt::format("'{}' --target-env vulkan1.1 '{}'", *find_program("spirv-val"), module.path()));
  if (outcome.code == 0) return outcome.output;
  return outcome.output.empty() ? "spirv-val fails without a word" : outcome.output;
}

}  // namespace tenon::testing
