// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/math/blocks.h"

#include "plugins/backends/cpu/math/block_codes.h"

namespace tenon::cpu::TENON_LEVEL {
namespace {

constexpr int parts = 16 / width;  // vectors that 16 rows take

// One row of x times a block.
template <BlockLayout layout>
TENON_INLINE F32 times(const I32 (&w)[8], const Scales<layout>& scales, const uint8_t* codes,
                       const uint8_t* sums) {
  constexpr int groups = layout.groups();
  F32 value = zero();
  for (int g = 0; g < groups; ++g) {
    I32 dot = layout.has_minimum ? splat(0) : splat(read<int32_t>(sums + 4 * g));
    for (int j = g * 8 / groups; j < (g + 1) * 8 / groups; ++j) {
      dot = dot4(dot, w[j], splat(read<int32_t>(codes + 4 * j)));
    }
    value = g == 0 ? to_f32(dot) * scales.scale[g] : fma(to_f32(dot), scales.scale[g], value);
  }
  if constexpr (layout.has_minimum) {
    for (int g = 0; g < groups; ++g) {
      value = fma(splat(read<float>(sums + 4 * g)), scales.minimum[g], value);
    }
  }
  return value;
}

// Asks memory for what a block ahead of this one needs. Where and how far was measured: one row of
// x waits for nothing but memory, so codes are brought to the first cache at once; bytes come so
// fast, and with more rows there is so much time, that the second cache does better.
template <BlockLayout layout, int rows>
TENON_INLINE void prefetch(const uint8_t* unit, int block) {
  constexpr bool is_fast = rows == 1 && layout.bits == 8;
  constexpr int64_t ahead = is_fast ? 3072 : 6144;
  constexpr int bytes = layout.unit_bytes() / layout.unit_blocks();
  const uint8_t* const from = unit + ahead + block * bytes;
  for (int i = 0; i < bytes; i += 64) {
    __builtin_prefetch(from + i, 0, rows == 1 && !is_fast ? 3 : 2);
  }
}

template <BlockLayout layout, int rows>
TENON_INLINE void multiply_part(const uint8_t* weights, int64_t units, const uint8_t* table,
                                const uint8_t* x, float* y, int64_t stride, int first) {
  constexpr int groups = layout.groups();
  constexpr int64_t x_bytes = block_tile_bytes(rows, groups);
  F32 sums[rows];
  for (int r = 0; r < rows; ++r) sums[r] = zero();
  for (int64_t unit = 0; unit < units; ++unit) {
    Scales<layout> scales;
    begin_unit<layout>(scales, weights, first);
    for (int block = 0; block < layout.unit_blocks(); ++block) {
      const uint8_t* codes = weights + layout.codes_at() + block * layout.lines() * 64 + 4 * first;
      prefetch<layout, rows>(weights, block);
      I32 w[8];
      unpack<layout>(codes, table, w);
      begin_block<layout>(scales, weights, block, first);
#pragma GCC unroll 8
      for (int r = 0; r < rows; ++r) {
        const F32 value = times<layout>(w, scales, x + 32 * r, x + 36 * rows + 4 * groups * r);
        sums[r] = fma(value, splat(read<float>(x + 32 * rows + 4 * r)), sums[r]);
      }
      x += x_bytes;
    }
    weights += layout.unit_bytes();
  }
  for (int r = 0; r < rows; ++r) store(y + r * stride + first, sums[r]);
}

template <int kind, int rows>
void multiply(const uint8_t* weights, int64_t units, const uint8_t* table, const uint8_t* x,
              float* y, int64_t stride) {
  for (int part = 0; part < parts; ++part) {
    multiply_part<block_layouts[kind], rows>(weights, units, table, x, y, stride, part * width);
  }
}

#define TENON_TILES(kind) \
  { multiply<kind, 1>, multiply<kind, 2>, multiply<kind, 3>, multiply<kind, 4>, multiply<kind, 8> }

}  // namespace

extern const Blocks blocks;
const Blocks blocks = {{TENON_TILES(0), TENON_TILES(1), TENON_TILES(2), TENON_TILES(3),
                        TENON_TILES(4), TENON_TILES(5), TENON_TILES(6), TENON_TILES(7),
                        TENON_TILES(8), TENON_TILES(9), TENON_TILES(10), TENON_TILES(11),
                        TENON_TILES(12), TENON_TILES(13), TENON_TILES(14)}};

}  // namespace tenon::cpu::TENON_LEVEL
