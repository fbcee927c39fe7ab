// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/math/plane.h"
#include "plugins/backends/cpu/simd/simd.h"

// Vectors of elements a stride of 1 or 2 apart, parts of which may lie outside a row.
namespace tenon::cpu::TENON_LEVEL {

// Bits [first, last) of 32, as far as there are such bits.
TENON_INLINE uint32_t bits_between(int64_t first, int64_t last) {
  const uint32_t below_first = first <= 0 ? 0 : first >= 32 ? ~0u : (1u << first) - 1;
  const uint32_t below_last = last <= 0 ? 0 : last >= 32 ? ~0u : (1u << last) - 1;
  return below_last & ~below_first;
}

// The element that a tap of the window sees for an output.
TENON_INLINE int64_t seen_by(const PlaneAxis& axis, int64_t output, int64_t tap) {
  return output * axis.stride - axis.pad + tap * axis.dilation;
}

// Elements 0, S, 2S, ... Those whose bit (of element, not of lane) is not set are not read but
// taken from `otherwise`; `whole` says that all bits are set.
template <int S, bool whole>
TENON_INLINE F32 take(const float* from, uint32_t inside, F32 otherwise) {
  if (S == 1) return whole ? load(from) : load_where(from, inside, otherwise);
  if (whole) return even_of(load(from), load(from + width));
  return even_of(load_where(from, inside, otherwise),
                 load_where(from + width, inside >> width % 32, otherwise));
}
template <int S>
TENON_INLINE F32 take(const float* from) {
  return take<S, true>(from, 0, zero());
}
template <int S, bool whole>
TENON_INLINE F32 take(const float* from, uint32_t inside) {
  if (S == 1) return whole ? load(from) : load_where(from, inside);
  if (whole) return even_of(load(from), load(from + width));
  return even_of(load_where(from, inside), load_where(from + width, inside >> width % 32));
}

// What a vector of outputs sees of a row: elements from `from` on and, for each tap of the window,
// which of them are inside.
struct Reach {
  static constexpr int most_taps = 32;
  int64_t from;
  int64_t lanes;
  bool whole;
  uint32_t inside[most_taps];
};

// The outputs from `column` on; inside are elements [begin, end).
TENON_INLINE Reach reach_of(const PlaneAxis& axis, int64_t column, int64_t begin, int64_t end) {
  const int64_t left = axis.out - column;
  Reach reach;
  reach.from = column * axis.stride - axis.pad;
  reach.lanes = left < width ? left : width;
  reach.whole = true;
  const uint32_t all = bits_between(0, axis.stride * width);
  for (int64_t k = 0; k < axis.kernel; ++k) {
    const int64_t at = reach.from + k * axis.dilation;
    reach.inside[k] = bits_between(begin - at, end - at);
    reach.whole = reach.whole && (reach.inside[k] & all) == all;
  }
  return reach;
}

}  // namespace tenon::cpu::TENON_LEVEL
