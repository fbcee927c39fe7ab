// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernelgen/builder.h"

#include <optional>

// Floats of eight bits and less as arithmetic on their bits. [any thread]
namespace tenon::kir {

struct Minifloat {
  uint32_t exponent_bits;
  uint32_t mantissa_bits;
  int32_t bias;
  uint32_t largest;  // magnitude code of the largest finite number
  int32_t infinity;  // magnitude code, or -1
  int32_t nan;       // code, or -1
  bool signed_zero;
};

// None for other types.
std::optional<Minifloat> minifloat(DType dtype);
// u32 code to f32.
Value decode(const Minifloat& format, Value code);
// f32 to u32 code: half to even, saturating.
Value encode(const Minifloat& format, Value x);

}  // namespace tenon::kir
