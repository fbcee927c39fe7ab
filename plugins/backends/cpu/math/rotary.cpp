// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/math/rotary.h"

#include "plugins/backends/cpu/simd/simd.h"

namespace tenon::cpu::TENON_LEVEL {

namespace {

typedef uint64_t Pairs __attribute__((vector_size(4 * width)));

// Neighbours change places.
TENON_INLINE F32 swap(F32 a) {
  const Pairs both = (Pairs)as_i32(a);
  return as_f32((I32)(both << 32 | both >> 32));
}

static void turn_halves(const float* x, float* y, int64_t pairs, const float* cosines,
                        const float* sines) {
  int64_t i = 0;
  for (; i + width <= pairs; i += width) {
    const F32 a = load(x + i), b = load(x + pairs + i), c = load(cosines + i), s = load(sines + i);
    store(y + i, fma(-b, s, a * c));
    store(y + pairs + i, fma(a, s, b * c));
  }
  if (i == pairs) return;
  const int64_t left = pairs - i;
  const F32 a = load_part(x + i, left), b = load_part(x + pairs + i, left);
  const F32 c = load_part(cosines + i, left), s = load_part(sines + i, left);
  store_part(y + i, fma(-b, s, a * c), left);
  store_part(y + pairs + i, fma(a, s, b * c), left);
}

// cosines and sines: one for each number, the sines with their signs.
static void turn_neighbours(const float* x, float* y, int64_t numbers, const float* cosines,
                            const float* sines) {
  int64_t i = 0;
  for (; i + width <= numbers; i += width) {
    const F32 a = load(x + i);
    store(y + i, fma(swap(a), load(sines + i), a * load(cosines + i)));
  }
  if (i == numbers) return;
  const int64_t left = numbers - i;
  const F32 a = load_part(x + i, left);
  const F32 c = load_part(cosines + i, left), s = load_part(sines + i, left);
  store_part(y + i, fma(swap(a), s, a * c), left);
}

static void turn(const float* from, float* to, int64_t heads, int64_t size, int64_t pairs,
                 const float* cosines, const float* sines, bool interleaved, float* room) {
  float* const both_cosines = room;
  float* const both_sines = room + 2 * pairs;
  for (int64_t i = 0; i < pairs && interleaved; ++i) {
    both_cosines[2 * i] = both_cosines[2 * i + 1] = cosines[i];
    both_sines[2 * i] = -sines[i];
    both_sines[2 * i + 1] = sines[i];
  }
  for (int64_t head = 0; head < heads; ++head, from += size, to += size) {
    if (interleaved) {
      turn_neighbours(from, to, 2 * pairs, both_cosines, both_sines);
    } else {
      turn_halves(from, to, pairs, cosines, sines);
    }
    for (int64_t i = 2 * pairs; i < size; ++i) to[i] = from[i];
  }
}

}  // namespace

extern const Rotary rotary;
const Rotary rotary = {.turn = turn};

}  // namespace tenon::cpu::TENON_LEVEL
