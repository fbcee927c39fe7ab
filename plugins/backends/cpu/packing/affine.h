// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/packing/blocks.h"
#include "plugins/backends/cpu/packing/weights.h"

#include <optional>

// Weights in tensors of codes, scales and zeros, as their formats pack them, block by block.
// [any thread]
namespace tenon::cpu {

// Formats gptq, gptq_v2 and awq of 4 bits whose groups are whole blocks, in the order of the
// columns. None: another format, or other groups. Borrows the source.
std::optional<AffineMatrix> affine_matrix(const WeightSource& source, const QuantFormat& format);

}  // namespace tenon::cpu
