// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/math/int8_gemm.h"
#include "tenon/kernels.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// Products of matrices of bytes with constant ones, with exact sums in i32, for the operators that
// differ in what they make of a sum. [any thread]
namespace tenon::cpu {

// A packed matrix [inner, columns].
struct Int8Weights {
  int64_t inner = 0;
  int64_t columns = 0;
  bool has_zeros = false;
  std::vector<uint8_t> panels;
  std::vector<size_t> places;   // of each panel
  std::vector<int32_t> zeros;   // by column, of the bytes as packed; whole panels
  std::vector<int32_t> totals;  // by column, sums of the bytes as packed
};

// Packs a constant of rank 2; is_turned: it lies as [columns, inner]. `zeros` holds one byte, one
// for each column, or nothing.
Result<Int8Weights> pack_weights(const NodeView& node, size_t input, bool is_turned,
                                 std::span<const std::byte> bytes,
                                 std::span<const std::byte> zeros);

// match: input `weights` is a constant matrix, input 0 has rows, zero points of weights are
// constant.
Status has_constant_weights(const NodeView& node, size_t weights, size_t zeros);

// How the work is cut: rows of the left matrix and panels of the right one.
struct Int8ProductShape {
  int64_t rows = 0;
  int64_t chunk_panels = 0;
  int64_t parts = 0;
};
Result<KernelWork> shape_product(std::span<const int64_t> left, const Int8Weights& weights);

struct Int8ProductOperands {
  const Int8Weights* weights = nullptr;
  const Int8ProductShape* shape = nullptr;
  const uint8_t* rows = nullptr;
  uint8_t flip = 0;               // 128 for rows of i8
  int32_t zero = 0;               // of the rows as flipped
  const int32_t* bias = nullptr;  // by column, or null; added to the sums
  // What is made: the sums, bytes by scales and `how`, or numbers by scales and `add`. Scales,
  // times `factor`, are by column, and like `add` and the bias reach to whole panels.
  int32_t* sums = nullptr;
  uint8_t* bytes = nullptr;
  Int8Requantize how = {};
  float* reals = nullptr;
  const float* scales = nullptr;
  float factor = 1;
  const float* add = nullptr;
};

void run_product(const Int8ProductOperands& operands, std::span<std::byte> scratch, int64_t chunk);

// `values` by column, one for all or one each, up to whole panels.
template <class T>
std::vector<T> by_column(const std::vector<T>& values, const Int8Weights& weights) {
  std::vector<T> made(weights.zeros.size());
  for (size_t i = 0; i < static_cast<size_t>(weights.columns) && !values.empty(); ++i) {
    made[i] = values[values.size() == 1 ? 0 : i];
  }
  return made;
}

}  // namespace tenon::cpu
