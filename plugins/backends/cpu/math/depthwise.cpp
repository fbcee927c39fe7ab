// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/math/depthwise.h"

#include "plugins/backends/cpu/simd/strided.h"

namespace tenon::cpu::TENON_LEVEL {
namespace {

TENON_INLINE const float* row_of(const DepthwisePlane& p, int64_t row) {
  return row >= 0 && row < p.rows.in ? p.in + row * p.columns.in : p.zeros;
}

// To the next of several planes.
TENON_INLINE void move_on(DepthwisePlane& p) {
  p.in += p.rows.in * p.columns.in;
  p.out += p.rows.out * p.columns.out;
  p.weights += p.rows.kernel * p.columns.kernel;
  if (p.biases != nullptr) ++p.biases;
}

TENON_INLINE void put(const DepthwisePlane& p, int64_t row, int64_t column, int64_t lanes, F32 a) {
  if (p.limits) a = min(splat(p.high), max(splat(p.low), a));
  float* const to = p.out + row * p.columns.out + column;
  lanes == width ? store(to, a) : store_part(to, a, lanes);
}

// Sums of R rows of outputs below each other: a row of the input is loaded once for all of them.
template <int K, int S, int R, bool whole>
TENON_INLINE void square_rows(const DepthwisePlane& p, const Reach& reach, int64_t row,
                              int64_t column, const F32 (&weights)[K * K]) {
  F32 sums[R];
#pragma GCC unroll 4
  for (int r = 0; r < R; ++r) sums[r] = p.biases == nullptr ? zero() : splat(*p.biases);
#pragma GCC unroll 16
  for (int i = 0; i < (R - 1) * S + K; ++i) {
    const float* const from = row_of(p, seen_by(p.rows, row, 0) + i) + reach.from;
#pragma GCC unroll 8
    for (int k = 0; k < K; ++k) {
      const F32 seen = take<S, whole>(from + k, reach.inside[k]);
#pragma GCC unroll 4
      for (int r = 0; r < R; ++r) {
        if (i - r * S < 0 || i - r * S >= K) continue;
        sums[r] = fma(seen, weights[(i - r * S) * K + k], sums[r]);
      }
    }
  }
#pragma GCC unroll 4
  for (int r = 0; r < R; ++r) put(p, row + r, column, reach.lanes, sums[r]);
}

template <int K, int S, bool whole>
void square_column(const DepthwisePlane& p, const Reach& reach, int64_t column) {
  constexpr int at_once = 4;
  F32 weights[K * K];
#pragma GCC unroll 32
  for (int i = 0; i < K * K; ++i) weights[i] = splat(p.weights[i]);
  int64_t row = p.first_row;
  for (; row + at_once <= p.last_row; row += at_once) {
    square_rows<K, S, at_once, whole>(p, reach, row, column, weights);
  }
  if (row < p.last_row && p.last_row - p.first_row >= at_once) {
    // The last rows once more, with those above them.
    return square_rows<K, S, at_once, whole>(p, reach, p.last_row - at_once, column, weights);
  }
  for (; row < p.last_row; ++row) square_rows<K, S, 1, whole>(p, reach, row, column, weights);
}

// A window of K rows and columns without dilation.
template <int K, int S>
void square(const DepthwisePlane& p) {
  for (int64_t column = 0; column < p.columns.out; column += width) {
    const Reach reach = reach_of(p.columns, column, 0, p.columns.in);
    DepthwisePlane plane = p;
    for (int64_t i = 0; i < p.count; ++i, move_on(plane)) {
      reach.whole ? square_column<K, S, true>(plane, reach, column)
                  : square_column<K, S, false>(plane, reach, column);
    }
  }
}

// Any window.
template <int S>
void any_plane(const DepthwisePlane& p) {
  for (int64_t column = 0; column < p.columns.out; column += width) {
    const Reach reach = reach_of(p.columns, column, 0, p.columns.in);
    for (int64_t row = p.first_row; row < p.last_row; ++row) {
      F32 sums = p.biases == nullptr ? zero() : splat(*p.biases);
      const float* weights = p.weights;
      for (int64_t i = 0; i < p.rows.kernel; ++i) {
        const float* const from = row_of(p, seen_by(p.rows, row, i)) + reach.from;
        for (int64_t k = 0; k < p.columns.kernel; ++k) {
          const F32 seen = take<S, false>(from + k * p.columns.dilation, reach.inside[k]);
          sums = fma(seen, splat(*weights++), sums);
        }
      }
      put(p, row, column, reach.lanes, sums);
    }
  }
}

template <int S>
void any(DepthwisePlane p) {
  for (int64_t i = p.count; i > 0; --i, move_on(p)) any_plane<S>(p);
}

template <int S>
void with_stride(const DepthwisePlane& p) {
  const bool square_window = p.rows.kernel == p.columns.kernel && p.rows.stride == S &&
                             p.rows.dilation == 1 && p.columns.dilation == 1;
  if (square_window && p.rows.kernel == 3) return square<3, S>(p);
  if (square_window && p.rows.kernel == 5) return square<5, S>(p);
  any<S>(p);
}

void plane(const DepthwisePlane& p) {
  p.columns.stride == 1 ? with_stride<1>(p) : with_stride<2>(p);
}

}  // namespace

extern const Depthwise depthwise;
const Depthwise depthwise = {
    .width = width, .strides = 2, .taps = Reach::most_taps, .plane = plane};

}  // namespace tenon::cpu::TENON_LEVEL
