// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernelgen/builder.h"

// The functions of angles, of f32 and f64. has_f64: f32 angles may be reduced in f64. [any thread]
namespace tenon::kir {

Value sin_of(Value x, bool has_f64);
Value cos_of(Value x, bool has_f64);
Value tan_of(Value x, bool has_f64);
Value asin_of(Value x);
Value acos_of(Value x);
Value atan_of(Value x);

// An angle less a multiple of pi/2: |rest| <= pi/4, up to rounding; quadrant is 0 to 3. Right for
// every finite angle.
struct Angle {
  Value rest;
  Value quadrant;  // i32
};
Angle reduced(Value x, bool has_f64);

}  // namespace tenon::kir
