// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernelgen/builder.h"

// The functions that rest on exp and log, of f32 and f64. [any thread]
namespace tenon::kir {

Value exp_of(Value x);
Value log_of(Value x);
Value sinh_of(Value x);
Value cosh_of(Value x);
Value tanh_of(Value x);
Value erf_of(Value x);
Value asinh_of(Value x);
Value acosh_of(Value x);
Value atanh_of(Value x);
Value pow_of(Value x, Value y);

}  // namespace tenon::kir
