// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/math/int8_depthwise.h"

#include "plugins/backends/cpu/simd/simd.h"

namespace tenon::cpu::TENON_LEVEL {
namespace {

constexpr int64_t group_vectors = 4;
typedef uint8_t NarrowBytes __attribute__((vector_size(width)));

void center(const uint8_t* from, int64_t count, uint8_t flip, float zero, float* to) {
  int64_t i = 0;
  for (; i + width <= count; i += width) {
    NarrowBytes bytes;
    __builtin_memcpy(&bytes, from + i, width);
    bytes ^= NarrowBytes{} + flip;
    store(to + i, to_f32(__builtin_convertvector(bytes, I32)) - splat(zero));
  }
  for (; i < count; ++i) to[i] = static_cast<float>(from[i] ^ flip) - zero;
}

void add_taps(const float* plane, const int64_t* offsets, const float* weights, int64_t taps,
              float start, int64_t count, float* to) {
  for (int64_t i = 0; i < count; i += group_vectors * width) {
    F32 sums[group_vectors];
    for (F32& sum : sums) sum = splat(start);
    for (int64_t t = 0; t < taps; ++t) {
      const F32 weight = splat(weights[t]);
      const float* const from = plane + offsets[t] + i;
      for (int64_t v = 0; v < group_vectors; ++v) {
        sums[v] = fma(load(from + v * width), weight, sums[v]);
      }
    }
    for (int64_t v = 0; v < group_vectors; ++v) store(to + i + v * width, sums[v]);
  }
}

void requantize(const float* sums, int64_t count, const Int8Requantize& how, uint8_t* to) {
  const F32 scale = splat(how.row_scale[0]);
  const F32 low = splat(how.low - how.zero), high = splat(how.high - how.zero);
  const I32 zero = splat(static_cast<int32_t>(how.zero));
  for (int64_t i = 0; i < count; i += width) {
    const I32 codes = round_to_i32(clamp(load(sums + i) * scale, low, high)) + zero;
    const NarrowBytes bytes = __builtin_convertvector(codes, NarrowBytes);
    const int64_t left = count - i;
    __builtin_memcpy(to + i, &bytes, left < width ? static_cast<size_t>(left) : width);
  }
}

void to_integers(const float* sums, int64_t count, int32_t* to) {
  for (int64_t i = 0; i < count; ++i) to[i] = static_cast<int32_t>(sums[i]);
}

}  // namespace

extern const Int8Depthwise int8_depthwise;
const Int8Depthwise int8_depthwise = {.slack = group_vectors * width,
                                      .center = center,
                                      .add_taps = add_taps,
                                      .requantize = requantize,
                                      .to_integers = to_integers};

}  // namespace tenon::cpu::TENON_LEVEL
