// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernelgen/builder.h"

// Elementary functions of f32 and f64, written in arithmetic, so that they are the same on every
// device. Errors against the exact value are at most, in ULP of the type and tested on grids and on
// numpy's vectors:
//   2  exp log acos sinh cosh tanh atanh
//   3  sin cos asin atan
//   4  tan erf asinh acosh
// sin, cos and tan of every finite angle. pow: 2e-7 (f32) or 1e-15 (f64) times 1 + |y log x|,
// relative. On a target that flushes subnormal numbers, they count as zero. [any thread]
namespace tenon::kir {

enum class Function : uint8_t {
  exp,
  log,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  tanh,
  asinh,
  acosh,
  atanh,
  erf,
  pow
};

// `exponent` is for pow only. has_f64: the target computes in f64, which f32 angles then use.
Value elementary(Function function, Value x, Value exponent, bool has_f64);

// What is left of x after whole multiples of y, with the sign of x, exact; NaN where there is none.
Value remainder(Value x, Value y);

// base to the power of exponent for integers: wraps; a negative exponent gives 0, but for bases 1
// and -1.
Value integer_power(Value base, Value exponent);

}  // namespace tenon::kir
