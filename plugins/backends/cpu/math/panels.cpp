// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/math/panels.h"

#include "plugins/backends/cpu/simd/simd.h"

namespace tenon::cpu::TENON_LEVEL {
namespace {

constexpr int across = 2;                     // vectors side by side ...
constexpr int parts = 32 / (across * width);  // ... that a panel falls into
constexpr int64_t ahead = 4096;               // bytes that are prefetched
constexpr int tile_sizes[panel_tiles] = {1, 2, tile_rows > 8 ? 4 : 3, tile_rows > 8 ? 8 : 4,
                                         tile_rows};

template <class T>
TENON_INLINE T read(const uint8_t* from) {
  T a;
  __builtin_memcpy(&a, from, sizeof(T));
  return a;
}

// `width` rows of one step.
template <PanelKind kind>
TENON_INLINE auto weights_at(const uint8_t* from) {
  if constexpr (kind == PanelKind::floats) return load((const float*)from);
  if constexpr (kind == PanelKind::halves) return load_f16((const uint16_t*)from);
  if constexpr (kind == PanelKind::brains) return load_bf16((const uint16_t*)from);
  if constexpr (kind == PanelKind::pairs) return load((const int32_t*)from);
}

TENON_INLINE F32 add_product(F32 sums, F32 w, const uint8_t* x) {
  return fma(w, splat(read<float>(x)), sums);
}
TENON_INLINE F32 add_product(F32 sums, I32 w, const uint8_t* x) {
  return dot2(sums, w, splat(read<int32_t>(x)));
}

template <PanelKind kind, int rows>
TENON_INLINE void multiply_part(const uint8_t* weights, int64_t steps, const uint8_t* x, float* y,
                                int64_t stride, bool adds) {
  constexpr int bytes = kind == PanelKind::floats || kind == PanelKind::pairs ? 4 : 2;  // of a row
  F32 sums[rows][across];
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r) {
    for (int v = 0; v < across; ++v) {
      sums[r][v] = adds ? load(y + r * stride + v * width) : zero();
    }
  }
  for (int64_t i = 0; i < steps; ++i) {
    for (int at = 0; at < bytes * panel_rows; at += 64) {
      __builtin_prefetch(weights + ahead + at);
    }
    decltype(weights_at<kind>(weights)) w[across];
    for (int v = 0; v < across; ++v) w[v] = weights_at<kind>(weights + v * width * bytes);
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r) {
      for (int v = 0; v < across; ++v) sums[r][v] = add_product(sums[r][v], w[v], x + 4 * r);
    }
    weights += bytes * panel_rows;
    x += 4 * rows;
  }
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r) {
    for (int v = 0; v < across; ++v) store(y + r * stride + v * width, sums[r][v]);
  }
}

template <PanelKind kind, int tile>
void multiply(const uint8_t* weights, int64_t columns, const uint8_t* x, float* y, int64_t stride,
              bool adds) {
  constexpr int bytes = kind == PanelKind::floats || kind == PanelKind::pairs ? 4 : 2;
  const int64_t steps = kind == PanelKind::pairs ? columns / 2 : columns;
  for (int part = 0; part < parts; ++part) {
    const int first = part * across * width;
    multiply_part<kind, tile_sizes[tile]>(weights + first * bytes, steps, x, y + first, stride,
                                          adds);
  }
}

// Half to even; NaN stays NaN.
TENON_INLINE uint32_t to_brain(float a) {
  uint32_t bits;
  __builtin_memcpy(&bits, &a, 4);
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >> 16) | 0x40;
  return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
}

// Of a number that is one.
TENON_INLINE uint32_t to_half(float a) {
  uint32_t bits;
  const float scaled = a * 0x1p-112f;  // the exponents of halves that have their first bit
  __builtin_memcpy(&bits, &scaled, 4);
  const uint32_t sign = (bits >> 16) & 0x8000;
  if (a - a != 0) return sign | (a != a ? 0x7e00 : 0x7c00);
  return sign | ((bits & 0x7fffffff) >> 13);
}

template <PanelKind kind>
void pack(const float* rows, int64_t stride, int64_t columns, uint8_t* to) {
  constexpr int steps = panel_steps(kind);
  for (int64_t k = 0; k < columns; k += steps) {
    for (int r = 0; r < panel_rows; ++r) {
      const float* const at = rows + r * stride + k;
      if constexpr (kind == PanelKind::floats) {
        __builtin_memcpy(to, at, 4);
        to += 4;
      } else if constexpr (kind == PanelKind::pairs) {
        const uint32_t pair = to_brain(at[0]) | to_brain(at[1]) << 16;
        __builtin_memcpy(to, &pair, 4);
        to += 4;
      } else {
        const auto narrow = (uint16_t)(kind == PanelKind::brains ? to_brain(*at) : to_half(*at));
        __builtin_memcpy(to, &narrow, 2);
        to += 2;
      }
    }
  }
}

void widen(const uint16_t* from, bool brains, int64_t count, float* to) {
  int64_t i = 0;
  for (; i + width <= count; i += width) {
    store(to + i, brains ? load_bf16(from + i) : load_f16(from + i));
  }
  uint16_t rest[width] = {};
  float made[width];
  for (int64_t k = i; k < count; ++k) rest[k - i] = from[k];
  store(made, brains ? load_bf16(rest) : load_f16(rest));
  for (int64_t k = i; k < count; ++k) to[k] = made[k - i];
}

#define TENON_TILES(kind)                                                                     \
  {                                                                                           \
    multiply<PanelKind::kind, 0>, multiply<PanelKind::kind, 1>, multiply<PanelKind::kind, 2>, \
        multiply<PanelKind::kind, 3>, multiply<PanelKind::kind, 4>                            \
  }

}  // namespace

extern const Panels panels;
const Panels panels = {
    {tile_sizes[0], tile_sizes[1], tile_sizes[2], tile_sizes[3], tile_sizes[4]},
    {TENON_TILES(floats), TENON_TILES(halves), TENON_TILES(brains), TENON_TILES(pairs)},
    {pack<PanelKind::floats>, pack<PanelKind::halves>, pack<PanelKind::brains>,
     pack<PanelKind::pairs>},
    widen};

}  // namespace tenon::cpu::TENON_LEVEL
