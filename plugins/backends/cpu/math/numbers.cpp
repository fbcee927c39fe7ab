// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/math/numbers.h"

#include "plugins/backends/cpu/simd/simd.h"

namespace tenon::cpu::TENON_LEVEL {

namespace {

// By integers, for levels whose processors cannot: what is too large becomes infinity, what is
// below the smallest exponent is rounded by adding a number whose last place is theirs.
TENON_INLINE uint16_t half_of(float number) {
  uint32_t bits;
  __builtin_memcpy(&bits, &number, 4);
  const uint32_t sign = bits >> 16 & 0x8000;
  bits &= 0x7fffffff;
  if (bits > 0x7f800000) return (uint16_t)(sign | 0x7e00);
  if (bits >= 0x477ff000) return (uint16_t)(sign | 0x7c00);
  if (bits < 0x38800000) {
    float small;
    __builtin_memcpy(&small, &bits, 4);
    small += 0.5f;
    uint32_t rounded;
    __builtin_memcpy(&rounded, &small, 4);
    return (uint16_t)(sign | (rounded - 0x3f000000));
  }
  return (uint16_t)(sign | ((bits + 0xfff + (bits >> 13 & 1) - 0x38000000) >> 13));
}

static void f32_to_f16(const float* from, uint16_t* to, int64_t count) {
  for (int64_t i = 0; i < count; ++i) to[i] = half_of(from[i]);
}

static void f32_to_bf16(const float* from, uint16_t* to, int64_t count) {
  int64_t i = 0;
  for (; i + 2 * width <= count; i += 2 * width) {
    store((int32_t*)(to + i), to_bf16(load(from + i), load(from + i + width)));
  }
  for (; i < count; ++i) to[i] = (uint16_t)to_bf16(splat(from[i]), zero())[0];
}

}  // namespace

extern const Numbers numbers;
const Numbers numbers = {.to_f16 = f32_to_f16, .to_bf16 = f32_to_bf16};

}  // namespace tenon::cpu::TENON_LEVEL
