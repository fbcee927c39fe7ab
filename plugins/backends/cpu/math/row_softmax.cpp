// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/math/row_softmax.h"

#include "plugins/backends/cpu/math/functions.h"

namespace tenon::cpu::TENON_LEVEL {
namespace {

constexpr int64_t block = 128;  // columns at once

float peak_of(const float* x, int64_t n) {
  F32 peaks[4];
  for (F32& peak : peaks) peak = splat(-__builtin_inff());
  int64_t i = 0;
  for (; i + 4 * width <= n; i += 4 * width) {
    for (int k = 0; k < 4; ++k) peaks[k] = max(peaks[k], load(x + i + k * width));
  }
  for (; i + width <= n; i += width) peaks[0] = max(peaks[0], load(x + i));
  float peak = largest(max(max(peaks[0], peaks[1]), max(peaks[2], peaks[3])));
  for (; i < n; ++i) peak = x[i] > peak ? x[i] : peak;
  return peak;
}

// Stores exp(x - peak) where y is given; returns the sum.
float exponentials(const float* x, float* y, int64_t n, float peak) {
  F32 sums[4] = {zero(), zero(), zero(), zero()};
  const F32 top = splat(peak);
  int64_t i = 0;
  for (; i + 4 * width <= n; i += 4 * width) {
    for (int k = 0; k < 4; ++k) {
      const F32 e = exp(load(x + i + k * width) - top);
      if (y != nullptr) store(y + i + k * width, e);
      sums[k] += e;
    }
  }
  for (; i + width <= n; i += width) {
    const F32 e = exp(load(x + i) - top);
    if (y != nullptr) store(y + i, e);
    sums[0] += e;
  }
  if (i < n) {
    const F32 e = exp(load_part(x + i, n - i) - top);
    float lanes[width] = {};
    store_part(lanes, e, n - i);
    sums[1] += load(lanes);
    if (y != nullptr) store_part(y + i, e, n - i);
  }
  return sum((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

void rows(const float* x, float* y, int64_t rows, int64_t n) {
  for (int64_t r = 0; r < rows; ++r, x += n, y += n) {
    const F32 by = splat(1.f / exponentials(x, y, n, peak_of(x, n)));
    int64_t i = 0;
    for (; i + width <= n; i += width) store(y + i, load(y + i) * by);
    if (i < n) store_part(y + i, load_part(y + i, n - i) * by, n - i);
  }
}

void log_rows(const float* x, float* y, int64_t rows, int64_t n) {
  for (int64_t r = 0; r < rows; ++r, x += n, y += n) {
    const float peak = peak_of(x, n);
    const F32 less = log(splat(exponentials(x, nullptr, n, peak)));
    const F32 top = splat(peak);
    int64_t i = 0;
    for (; i + width <= n; i += width) store(y + i, load(x + i) - top - less);
    if (i < n) store_part(y + i, load_part(x + i, n - i) - top - less, n - i);
  }
}

// `lanes` vectors side by side; the loads of a last part are of its lanes.
TENON_INLINE F32 part(const float* from, int64_t lanes) {
  return lanes == width ? load(from) : load_part(from, lanes);
}
TENON_INLINE void put(float* to, F32 a, int64_t lanes) {
  if (lanes == width) {
    store(to, a);
  } else {
    store_part(to, a, lanes);
  }
}

TENON_INLINE void few_columns(const float* x, float* y, int64_t n, int64_t stride, int64_t lanes,
                              bool is_log) {
  F32 peak = splat(-__builtin_inff());
  for (int64_t i = 0; i < n; ++i) peak = max(peak, part(x + i * stride, lanes));
  F32 sum = zero();
  for (int64_t i = 0; i < n; ++i) {
    const F32 e = exp(part(x + i * stride, lanes) - peak);
    if (!is_log) put(y + i * stride, e, lanes);
    sum += e;
  }
  const F32 by = is_log ? log(sum) : splat(1.f) / sum;
  for (int64_t i = 0; i < n; ++i) {
    float* const to = y + i * stride;
    put(to, is_log ? part(x + i * stride, lanes) - peak - by : part(to, lanes) * by, lanes);
  }
}

void columns(const float* x, float* y, int64_t n, int64_t stride, int64_t count) {
  for (int64_t k = 0; k < count; k += width) {
    few_columns(x + k, y + k, n, stride, count - k < width ? count - k : width, false);
  }
}
void log_columns(const float* x, float* y, int64_t n, int64_t stride, int64_t count) {
  for (int64_t k = 0; k < count; k += width) {
    few_columns(x + k, y + k, n, stride, count - k < width ? count - k : width, true);
  }
}

}  // namespace

extern const RowSoftmax row_softmax;
const RowSoftmax row_softmax = {rows, log_rows, columns, log_columns, block};

}  // namespace tenon::cpu::TENON_LEVEL
