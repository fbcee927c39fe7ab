// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernelgen/builder.h"

// Elementary functions. f32 is ours, the same on every device; f64 is the target's own. Errors of
// f32 against the exact value, tested on a grid: exp, log, sinh, cosh, tanh, asinh, acosh, atanh,
// asin, acos, atan 4 ULP; erf 1e-7 absolute; sin, cos 2e-7 absolute and tan 8 ULP or 1e-6 for
// |x| <= 6000 (|x| <= 1e6 where f64 helps); pow 2e-7 * (1 + |y|) relative. [any thread]
namespace tenon::kir {

// `exponent` is for pow only. has_f64: the target computes in f64, which widens the range of
// sin, cos, tan and sharpens pow.
Value elementary(Function function, Value x, Value exponent, bool has_f64);

// What is left of x after whole multiples of y, with the sign of x, exact; NaN where there is none.
Value remainder(Value x, Value y);

// base to the power of exponent for integers: wraps; a negative exponent gives 0, but for bases 1
// and -1.
Value integer_power(Value base, Value exponent);

}  // namespace tenon::kir
