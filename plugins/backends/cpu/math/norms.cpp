// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/math/norms.h"

#include "plugins/backends/cpu/simd/simd.h"

namespace tenon::cpu::TENON_LEVEL {
namespace {

constexpr int64_t block = 4096;  // summed in f32; blocks are summed in f64

// The sum of x - less, or of its squares, of at most a block.
template <bool squares>
float sum_of(const float* x, int64_t n, float less) {
  F32 sums[4] = {zero(), zero(), zero(), zero()};
  const F32 by = splat(less);
  int64_t i = 0;
  for (; i + 4 * width <= n; i += 4 * width) {
    for (int k = 0; k < 4; ++k) {
      const F32 a = load(x + i + k * width);
      const F32 d = a - by;
      sums[k] = squares ? fma(d, d, sums[k]) : sums[k] + a;
    }
  }
  for (; i + width <= n; i += width) {
    const F32 a = load(x + i);
    const F32 d = a - by;
    sums[0] = squares ? fma(d, d, sums[0]) : sums[0] + a;
  }
  if (i < n) {
    float lanes[width] = {};
    const F32 a = load_part(x + i, n - i);
    const F32 d = a - by;
    store_part(lanes, squares ? d * d : a, n - i);
    sums[1] += load(lanes);
  }
  return sum((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

template <bool squares>
double total_of(const float* x, int64_t n, float less) {
  double total = 0;
  for (int64_t i = 0; i < n; i += block) {
    total += (double)sum_of<squares>(x + i, n - i < block ? n - i : block, less);
  }
  return total;
}

float inverse_of(double variance, float epsilon) {
  return (float)(1 / __builtin_sqrt(variance + (double)epsilon));
}

void moments(const float* x, int64_t n, float epsilon, float* mean, float* inverse) {
  *mean = (float)(total_of<false>(x, n, 0) / (double)n);
  *inverse = inverse_of(total_of<true>(x, n, *mean) / (double)n, epsilon);
}

float inverse_root(const float* x, int64_t n, float epsilon) {
  return inverse_of(total_of<true>(x, n, 0) / (double)n, epsilon);
}

template <bool has_scale, bool has_shift>
void scale_all(const float* x, float mean, float inverse, const float* scale, const float* shift,
               int64_t n, float* y) {
  const F32 less = splat(mean), by = splat(inverse);
  int64_t i = 0;
  for (; i + width <= n; i += width) {
    F32 d = (load(x + i) - less) * by;
    if (has_scale) d = d * load(scale + i);
    if (has_shift) d = d + load(shift + i);
    store(y + i, d);
  }
  if (i == n) return;
  const int64_t rest = n - i;
  F32 d = (load_part(x + i, rest) - less) * by;
  if (has_scale) d = d * load_part(scale + i, rest);
  if (has_shift) d = d + load_part(shift + i, rest);
  store_part(y + i, d, rest);
}

void scaled(const float* x, float mean, float inverse, const float* scale, const float* shift,
            int64_t n, float* y) {
  if (scale != nullptr && shift != nullptr) {
    scale_all<true, true>(x, mean, inverse, scale, shift, n, y);
  } else if (scale != nullptr) {
    scale_all<true, false>(x, mean, inverse, scale, shift, n, y);
  } else if (shift != nullptr) {
    scale_all<false, true>(x, mean, inverse, scale, shift, n, y);
  } else {
    scale_all<false, false>(x, mean, inverse, scale, shift, n, y);
  }
}

void scaled_alike(const float* x, float mean, float factor, float shift, int64_t n, float* y) {
  const F32 less = splat(mean), by = splat(factor), more = splat(shift);
  int64_t i = 0;
  for (; i + width <= n; i += width) store(y + i, fma(load(x + i) - less, by, more));
  if (i < n) store_part(y + i, fma(load_part(x + i, n - i) - less, by, more), n - i);
}

void add_all(const float* a, const float* b, const float* c, int64_t n, float* y) {
  int64_t i = 0;
  for (; i + width <= n; i += width) {
    const F32 d = load(a + i) + load(b + i);
    store(y + i, c == nullptr ? d : d + load(c + i));
  }
  if (i == n) return;
  const int64_t rest = n - i;
  const F32 d = load_part(a + i, rest) + load_part(b + i, rest);
  store_part(y + i, c == nullptr ? d : d + load_part(c + i, rest), rest);
}

}  // namespace

extern const Norms norms;
const Norms norms = {moments, inverse_root, scaled, scaled_alike, add_all};

}  // namespace tenon::cpu::TENON_LEVEL
