// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/math/decoded.h"

#include "plugins/backends/cpu/math/block_codes.h"

namespace tenon::cpu::TENON_LEVEL {
namespace {

constexpr int parts = 16 / width;

// Columns 4 j .. 4 j + 3 of a block times rows of x.
template <BlockLayout layout, int rows>
TENON_INLINE void add_columns(I32 codes, F32 bias, F32 scale, F32 minimum, const uint8_t* x,
                              F32 (&sums)[rows]) {
  for (int i = 0; i < 4; ++i) {
    const F32 code = to_f32((codes >> (8 * i)) & splat(255)) - bias;
    const F32 weight = layout.has_minimum ? fma(code, scale, minimum) : code * scale;
#pragma GCC unroll 8
    for (int r = 0; r < rows; ++r) {
      sums[r] = fma(weight, splat(read<float>(x + 4 * (i * rows + r))), sums[r]);
    }
  }
}

template <BlockLayout layout, int rows>
TENON_INLINE void multiply_part(const uint8_t* weights, int64_t units, const uint8_t* table,
                                F32 bias, const uint8_t* x, float* y, int64_t stride, int first) {
  constexpr int groups = layout.groups();
  F32 sums[rows];
  for (int r = 0; r < rows; ++r) sums[r] = zero();
  for (int64_t unit = 0; unit < units; ++unit) {
    Scales<layout> scales;
    begin_unit<layout>(scales, weights, first);
    for (int block = 0; block < layout.unit_blocks(); ++block) {
      I32 w[8];
      unpack<layout>(weights + layout.codes_at() + block * layout.lines() * 64 + 4 * first, table,
                     w);
      begin_block<layout>(scales, weights, block, first);
#pragma GCC unroll 8
      for (int j = 0; j < 8; ++j) {
        const int g = j * groups / 8;
        add_columns<layout, rows>(w[j], bias, scales.scale[g], scales.minimum[g], x + 16 * rows * j,
                                  sums);
      }
      x += 128 * rows;
    }
    weights += layout.unit_bytes();
  }
  for (int r = 0; r < rows; ++r) store(y + r * stride + first, sums[r]);
}

template <int kind, int rows>
void multiply(const uint8_t* weights, int64_t units, const uint8_t* table, int bias,
              const uint8_t* x, float* y, int64_t stride) {
  for (int part = 0; part < parts; ++part) {
    multiply_part<block_layouts[kind], rows>(weights, units, table, splat((float)bias), x, y,
                                             stride, part * width);
  }
}

#define TENON_TILES(kind) \
  { multiply<kind, 1>, multiply<kind, 2>, multiply<kind, 3>, multiply<kind, 4>, multiply<kind, 8> }

}  // namespace

extern const Decoded decoded;
const Decoded decoded = {{TENON_TILES(0), TENON_TILES(1), TENON_TILES(2), TENON_TILES(3),
                          TENON_TILES(4), TENON_TILES(5), TENON_TILES(6), TENON_TILES(7),
                          TENON_TILES(8), TENON_TILES(9), TENON_TILES(10), TENON_TILES(11),
                          TENON_TILES(12), TENON_TILES(13), TENON_TILES(14)}};

}  // namespace tenon::cpu::TENON_LEVEL
