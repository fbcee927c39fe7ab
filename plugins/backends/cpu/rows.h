// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/math/transfer.h"
#include "tenon/kernels.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

// Rows of operands as f32: where they lie, or copied to the worker's scratch when they are
// narrower. For kernels whose arithmetic is in f32. [any thread]
namespace tenon::cpu {

inline constexpr DTypes row_types = {DType::f32, DType::f16, DType::bf16};

// Elements [begin, begin + count) of an input.
inline const float* read_row(const KernelArguments& arguments, size_t input, int64_t begin,
                             int64_t count, float* scratch) {
  const DType dtype = arguments.input_dtype(input);
  const void* data = arguments.input_data(input);
  if (dtype == DType::f32) return static_cast<const float*>(data) + begin;
  transfer().read[static_cast<size_t>(dtype)](data, begin, 0, 1, 1, count, scratch);
  return scratch;
}

// Where to compute elements from `begin` on of an output; stored by end_row().
inline float* begin_row(const KernelArguments& arguments, size_t output, int64_t begin,
                        float* scratch) {
  if (arguments.output_dtype(output) != DType::f32) return scratch;
  return static_cast<float*>(arguments.output_data(output)) + begin;
}
inline void end_row(const KernelArguments& arguments, size_t output, int64_t begin, int64_t count,
                    const float* row) {
  const DType dtype = arguments.output_dtype(output);
  if (dtype == DType::f32) return;
  void* data = arguments.output_data(output);
  transfer().write[static_cast<size_t>(dtype)](data, begin, 0, 1, 1, count, row);
}

// Chunks of whole rows of n elements, of about `elements`.
inline KernelWork in_rows_of(int64_t rows, int64_t n, int64_t elements = 16384) {
  return in_rows(rows, std::max<int64_t>(elements / std::max<int64_t>(n, 1), 1));
}

}  // namespace tenon::cpu
