// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/math/window_pool.h"

#include "plugins/backends/cpu/simd/strided.h"

namespace tenon::cpu::TENON_LEVEL {
namespace {

enum class Fold { greatest, sum };

template <Fold fold>
TENON_INLINE F32 start() {
  return fold == Fold::sum ? zero() : splat(-__builtin_inff());
}
template <Fold fold>
TENON_INLINE F32 add(F32 folded, F32 a) {
  if (fold == Fold::sum) return folded + a;
  return folded != folded ? folded : max(folded, a);
}

// How many taps of each output's window count along an axis.
TENON_INLINE F32 counts(const Reach& reach, int64_t taps, int64_t stride) {
  float lanes[width] = {};
  for (int64_t k = 0; k < taps; ++k) {
    for (int i = 0; i < width; ++i) {
      lanes[i] += static_cast<float>(reach.inside[k] >> (i * stride) & 1);
    }
  }
  return load(lanes);
}

int64_t count_rows(const PoolPlane& p, int64_t row) {
  int64_t count = 0;
  const int64_t begin = p.count_padding ? -p.rows.pad : 0;
  const int64_t end = p.rows.in + (p.count_padding ? p.rows_behind : 0);
  for (int64_t i = 0; i < p.rows.kernel; ++i) {
    const int64_t y = seen_by(p.rows, row, i);
    count += y >= begin && y < end ? 1 : 0;
  }
  return count;
}

template <Fold fold, int S, bool whole>
TENON_INLINE F32 windows(const PoolPlane& p, const Reach& reach, int64_t row) {
  F32 folded = start<fold>();
  for (int64_t i = 0; i < p.rows.kernel; ++i) {
    const int64_t y = seen_by(p.rows, row, i);
    if (y < 0 || y >= p.rows.in) continue;
    const float* const from = p.in + y * p.columns.in + reach.from;
    for (int64_t k = 0; k < p.columns.kernel; ++k) {
      const F32 seen =
          take<S, whole>(from + k * p.columns.dilation, reach.inside[k], start<fold>());
      folded = add<fold>(folded, seen);
    }
  }
  return folded;
}

template <Fold fold, int S, bool whole>
void column(const PoolPlane& p, const Reach& reach, int64_t first, F32 taps) {
  for (int64_t row = p.first_row; row < p.last_row; ++row) {
    F32 folded = windows<fold, S, whole>(p, reach, row);
    if (fold == Fold::sum) folded = folded / (taps * splat(static_cast<float>(count_rows(p, row))));
    float* const to = p.out + row * p.columns.out + first;
    reach.lanes == width ? store(to, folded) : store_part(to, folded, reach.lanes);
  }
}

template <Fold fold, int S>
void plane(const PoolPlane& p) {
  const int64_t begin = p.count_padding ? -p.columns.pad : 0;
  const int64_t end = p.columns.in + (p.count_padding ? p.columns_behind : 0);
  for (int64_t first = 0; first < p.columns.out; first += width) {
    const Reach counted = reach_of(p.columns, first, begin, end);
    const F32 taps = counts(counted, p.columns.kernel, S);
    const Reach reach = reach_of(p.columns, first, 0, p.columns.in);
    reach.whole ? column<fold, S, true>(p, reach, first, taps)
                : column<fold, S, false>(p, reach, first, taps);
  }
}

void greatest(const PoolPlane& p) {
  p.columns.stride == 1 ? plane<Fold::greatest, 1>(p) : plane<Fold::greatest, 2>(p);
}
void mean(const PoolPlane& p) {
  p.columns.stride == 1 ? plane<Fold::sum, 1>(p) : plane<Fold::sum, 2>(p);
}

}  // namespace

extern const WindowPool window_pool;
const WindowPool window_pool = {
    .strides = 2, .taps = Reach::most_taps, .greatest = greatest, .mean = mean};

}  // namespace tenon::cpu::TENON_LEVEL
