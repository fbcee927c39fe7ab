// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/math/quantize.h"

#include "plugins/backends/cpu/simd/simd.h"

namespace tenon::cpu::TENON_LEVEL {
namespace {

typedef uint8_t NarrowBytes __attribute__((vector_size(width)));

TENON_INLINE float least(F32 a) { return -largest(-a); }

Range range(const float* from, int64_t count) {
  F32 low[4] = {}, high[4] = {};
  int64_t i = 0;
  for (; i + 4 * width <= count; i += 4 * width) {
    for (int v = 0; v < 4; ++v) {
      const F32 x = load(from + i + v * width);
      low[v] = min(x, low[v]);
      high[v] = max(x, high[v]);
    }
  }
  for (; i < count; i += width) {
    const F32 x = load_part(from + i, count - i < width ? count - i : width);
    low[0] = min(x, low[0]);
    high[0] = max(x, high[0]);
  }
  return {least(min(min(low[0], low[1]), min(low[2], low[3]))),
          largest(max(max(high[0], high[1]), max(high[2], high[3])))};
}

void to_bytes(const float* from, int64_t count, float scale, float zero, Range limits,
              uint8_t* to) {
  const F32 low = splat(limits.low - zero), high = splat(limits.high - zero);
  const I32 shift = splat(static_cast<int32_t>(zero));
  for (int64_t i = 0; i < count; i += width) {
    const int64_t left = count - i;
    const F32 x = left >= width ? load(from + i) : load_part(from + i, left);
    const I32 codes = round_to_i32(clamp(x / splat(scale), low, high)) + shift;
    const NarrowBytes bytes = __builtin_convertvector(codes, NarrowBytes);
    __builtin_memcpy(to + i, &bytes, left >= width ? width : static_cast<size_t>(left));
  }
}

}  // namespace

extern const Quantize quantize;
const Quantize quantize = {.range = range, .to_bytes = to_bytes};

}  // namespace tenon::cpu::TENON_LEVEL
