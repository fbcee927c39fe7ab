// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernelgen/builder.h"

// The f32 functions of angles. [any thread]
namespace tenon::kir {

Value sin_f32(Value x, bool has_f64);
Value cos_f32(Value x, bool has_f64);
Value tan_f32(Value x, bool has_f64);
Value asin_f32(Value x);
Value acos_f32(Value x);
Value atan_f32(Value x);

}  // namespace tenon::kir
