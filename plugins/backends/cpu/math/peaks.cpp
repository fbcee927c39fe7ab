// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/math/peaks.h"

#include "plugins/backends/cpu/simd/simd.h"

namespace tenon::cpu::TENON_LEVEL {
namespace {

constexpr int chains = 12;

// The operands come from memory that the compiler knows nothing of, or it would multiply once.
template <class Sum, class Step>
TENON_INLINE void run(int64_t rounds, Sum (&sums)[chains], Step step) {
  volatile int32_t source = 1;
  I32 lines[8], factors[chains];
  for (int i = 0; i < 8; ++i) lines[i] = splat((int32_t)(source + i));
  for (int i = 0; i < chains; ++i) factors[i] = splat((int32_t)(source + i));
  for (int64_t round = 0; round < rounds; ++round) {
    const I32 line = lines[round % 8];
#pragma GCC unroll 12
    for (int i = 0; i < chains; ++i) sums[i] = step(sums[i], line, factors[i]);
  }
}

int64_t floats(int64_t rounds) {
  F32 sums[chains] = {};
  run(
      rounds, sums, [](F32 s, I32 a, I32 b) __attribute__((always_inline)) {
        return fma(as_f32(a), as_f32(b), s);
      });
  volatile float sink = 0;
  for (const F32& s : sums) sink = sink + s[0];
  return rounds * chains * width * 2;
}

int64_t brains(int64_t rounds) {
  F32 sums[chains] = {};
  run(
      rounds, sums,
      [](F32 s, I32 a, I32 b) __attribute__((always_inline)) { return dot2(s, a, b); });
  volatile float sink = 0;
  for (const F32& s : sums) sink = sink + s[0];
  return rounds * chains * width * 4;
}

int64_t bytes(int64_t rounds) {
  I32 sums[chains] = {};
  run(
      rounds, sums,
      [](I32 s, I32 a, I32 b) __attribute__((always_inline)) { return dot4(s, a, b); });
  volatile int32_t sink = 0;
  for (const I32& s : sums) sink = sink ^ s[0];
  return rounds * chains * width * 8;
}

int32_t read(const uint8_t* from, int64_t bytes) {
  I32 sums[8] = {};
  constexpr int64_t vector = sizeof(I32);
  for (int64_t at = 0; at < bytes; at += 8 * vector) {
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) sums[i] ^= load((const int32_t*)(from + at + i * vector));
  }
  for (int i = 1; i < 8; ++i) sums[0] ^= sums[i];
  int32_t made = 0;
  for (int i = 0; i < width; ++i) made ^= sums[0][i];
  return made;
}

}  // namespace

extern const Peaks peaks;
const Peaks peaks = {floats, brains, bytes, read};

}  // namespace tenon::cpu::TENON_LEVEL
