// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernelgen/builder.h"

// The f32 functions that rest on exp and log. [any thread]
namespace tenon::kir {

Value exp_f32(Value x);
Value log_f32(Value x);
Value sinh_f32(Value x);
Value cosh_f32(Value x);
Value tanh_f32(Value x);
Value erf_f32(Value x);
Value asinh_f32(Value x);
Value acosh_f32(Value x);
Value atanh_f32(Value x);
Value pow_f32(Value x, Value y);

}  // namespace tenon::kir
