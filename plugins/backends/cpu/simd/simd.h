// SPDX-License-Identifier: Apache-2.0
#pragma once

// Vectors of the level that is being compiled, in namespace tenon::cpu::TENON_LEVEL. The header of
// the level gives the types and what differs; below is what follows from it. Only math/ includes
// this. Everything is always inlined: nothing of a level may be merged with another's.
#include <stddef.h>
#include <stdint.h>

#define TENON_INLINE static inline __attribute__((always_inline))

#if defined(TENON_LEVEL_avx512)
#include "plugins/backends/cpu/simd/avx512.h"
#elif defined(TENON_LEVEL_avx2)
#include "plugins/backends/cpu/simd/avx2.h"
#elif defined(TENON_LEVEL_sse4)
#include "plugins/backends/cpu/simd/sse4.h"
#elif defined(TENON_LEVEL_neon)
#include "plugins/backends/cpu/simd/neon.h"
#else
#error "no level"
#endif

namespace tenon::cpu::TENON_LEVEL {

// Arithmetic, comparison and ?: of these types are the compiler's: a + b, a < b ? a : b.
TENON_INLINE F32 zero() { return F32{}; }
TENON_INLINE F32 abs(F32 a) { return as_f32(as_i32(a) & splat(0x7fffffff)); }
TENON_INLINE F32 sqrt_exact(F32 a) { return square_root(a); }
TENON_INLINE F32 clamp(F32 a, F32 low, F32 high) { return min(max(a, low), high); }

// 2^n for integers n in [-126, 127].
TENON_INLINE F32 power_of_two(I32 n) { return as_f32((n + splat(127)) << 23); }

// The sum of all lanes, in a fixed order: halves are added until one is left.
TENON_INLINE float sum(F32 a) {
  float lanes[width];
  store(lanes, a);
  for (int half = width / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  return lanes[0];
}
TENON_INLINE float largest(F32 a) {
  float lanes[width];
  store(lanes, a);
  float found = lanes[0];
  for (int i = 1; i < width; ++i) found = lanes[i] > found ? lanes[i] : found;
  return found;
}

}  // namespace tenon::cpu::TENON_LEVEL
