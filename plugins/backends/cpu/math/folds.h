// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

// Folding many f32 into one. Extremes give NaN when any element is NaN. Folds are made in an order
// that depends on the level and on the number of elements only. [any thread]
namespace tenon::cpu {

enum class FoldMode : uint8_t { sum, product, largest, smallest };
constexpr size_t fold_modes = 4;

struct Folds {
  // One vector into one number; several vectors are joined by `join`.
  float (*vector[fold_modes])(const float* x, int64_t n);
  double (*join[fold_modes])(double a, double b);
  // totals[k] = fold of x[i * stride + k] over i < n, for k < count.
  void (*columns[fold_modes])(const float* x, int64_t n, int64_t stride, int64_t count,
                              float* totals);
};

const Folds& folds();

}  // namespace tenon::cpu
