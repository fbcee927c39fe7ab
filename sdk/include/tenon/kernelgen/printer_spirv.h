// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernelgen/kir.h"

#include <cstdint>
#include <span>
#include <vector>

// Prints kernels as SPIR-V 1.3 words for Vulkan 1.1 compute. The i-th buffer parameter of a kernel
// is storage buffer i of descriptor set 0; its scalars are push constants in the kernel's order,
// each aligned to its size, a bool as 32 bits. Capabilities (64-bit integers and floats, 8 and
// 16-bit storage) are declared where used: the device must have them. Sums and products are never
// contracted. [any thread]
namespace tenon::kir {

// One module, an entry point for each kernel.
std::vector<uint32_t> print_spirv(std::span<const Kernel> kernels);

}  // namespace tenon::kir
