// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// Softmax and its logarithm. Sums are made in an order that depends on the level and on the number
// of elements only. y may be x. [any thread]
namespace tenon::cpu {

struct RowSoftmax {
  // Of each of `rows` vectors of n neighbours.
  void (*rows)(const float* x, float* y, int64_t rows, int64_t n);
  void (*log_rows)(const float* x, float* y, int64_t rows, int64_t n);
  // Of `count` vectors side by side, at most `block`: element i of vector k is x[i * stride + k].
  void (*columns)(const float* x, float* y, int64_t n, int64_t stride, int64_t count);
  void (*log_columns)(const float* x, float* y, int64_t n, int64_t stride, int64_t count);
  int64_t block;
};

const RowSoftmax& row_softmax();

}  // namespace tenon::cpu
