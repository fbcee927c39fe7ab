// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernelgen/kir.h"

#include <span>
#include <string>
#include <string_view>

// Prints kernels as PTX text. Buffers are 64-bit global addresses, scalars have their own size, a
// bool is 32 bits wide; parameters stand in the kernel's order. Sums and products are never
// contracted. [any thread]
namespace tenon::kir {

// What the text says it needs: PTX version and architecture.
struct PtxTarget {
  std::string_view version = "6.4";
  std::string_view architecture = "sm_75";
};

// One module, an entry for each kernel.
std::string print_ptx(std::span<const Kernel> kernels, const PtxTarget& target);

}  // namespace tenon::kir
