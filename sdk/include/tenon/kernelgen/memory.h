// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernelgen/builder.h"
#include "tenon/status.h"

// Elements of every dtype in memory. Types that no device has (bf16, f8, f4, 4 and 2 bit integers)
// are written as integer arithmetic on their bytes. [any thread]
namespace tenon::kir {

// A buffer of elements of `dtype`, held as bytes of a type every device has.
struct Tensor {
  Buffer buffer;
  DType dtype = DType::none;
};

// The dtype of the buffer that holds elements of `dtype`; none when kernels cannot use it.
DType memory_dtype(DType dtype);
Tensor tensor(Builder& builder, DType dtype, bool written);

// The element as type_of(dtype); zero, and nothing is touched, when `inside` is false.
Value load_element(Tensor tensor, Value index, Value inside = {});
// Converts to the dtype: integers wrap, floats are rounded half to even.
void store_element(Tensor tensor, Value index, Value value);

// A conversion with the meaning of TENON_EXPR_CAST: floats to integers saturate, NaN gives 0.
Value convert(Value value, Type type);

}  // namespace tenon::kir
