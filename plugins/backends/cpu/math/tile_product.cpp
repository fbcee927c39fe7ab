// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/math/tile_product.h"

#include "plugins/backends/cpu/simd/simd.h"

namespace tenon::cpu::TENON_LEVEL {
namespace {

constexpr int64_t panel_columns = tile_vectors * width;
// Larger tiles are no faster, and there would be more of them.
constexpr int most_rows = tile_rows < 12 ? tile_rows : 12;

template <int R, int V, bool part>
TENON_INLINE void start(const ProductTile& t, int64_t lanes, F32 (&sums)[R][V]) {
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) {
      const float* const c = t.c + r * t.c_row + v * width;
      if (!t.accumulate) {
        __builtin_prefetch(c, 1);
        sums[r][v] = t.bias == nullptr ? zero() : splat(t.bias[r]);
      } else {
        sums[r][v] = part && v == V - 1 ? load_part(c, lanes) : load(c);
      }
    }
  }
}

template <int R, int V, bool part>
TENON_INLINE void end(const ProductTile& t, int64_t lanes, F32 (&sums)[R][V]) {
  for (int i = 0; i < 2; ++i) {
    if (t.addends[i] == nullptr) continue;
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) {
        const float* const from = t.addends[i] + r * t.addend_rows[i] + v * width;
        sums[r][v] = sums[r][v] + (part && v == V - 1 ? load_part(from, lanes) : load(from));
      }
    }
  }
  const F32 low = splat(t.low), high = splat(t.high);
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) sums[r][v] = min(high, max(low, sums[r][v]));
  }
}

// R rows and V vectors, of the last vector the first `lanes` if it is a part.
template <int R, int V, bool part>
void tile_of(const ProductTile& t, int64_t lanes) {
  F32 sums[R][V];
  start<R, V, part>(t, lanes, sums);
  // Three rows for each pointer: what an address can reach.
  const float* a[(R + 2) / 3];
#pragma GCC unroll 16
  for (int i = 0; i < (R + 2) / 3; ++i) a[i] = t.a + 3 * i * t.a_row;
  const float* b = t.b;
  const int64_t a_row = t.a_row, a_step = t.a_step, b_row = t.b_row;
  const int64_t to_ahead = t.ahead == nullptr ? 0 : t.ahead - t.b;
  for (int64_t k = t.inner; k > 0; --k, b += b_row) {
    __builtin_prefetch(b + to_ahead, 0, 2);
    F32 columns[V];
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) columns[v] = load(b + v * width);
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      const F32 factor = splat(a[r / 3][r % 3 * a_row]);
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) sums[r][v] = fma(factor, columns[v], sums[r][v]);
    }
#pragma GCC unroll 16
    for (int i = 0; i < (R + 2) / 3; ++i) {
      a[i] += a_step;
      __asm__("" : "+r"(a[i]));  // in a register, not in a vector with the others
    }
  }
  if (t.ends) end<R, V, part>(t, lanes, sums);
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) {
      float* const c = t.c + r * t.c_row + v * width;
      part&& v == V - 1 ? store_part(c, sums[r][v], lanes) : store(c, sums[r][v]);
    }
  }
}

template <int R, int V>
void with_vectors(const ProductTile& t, int64_t vectors) {
  if (vectors == V) {
    const int64_t lanes = t.columns - (V - 1) * width;
    return lanes == width ? tile_of<R, V, false>(t, lanes) : tile_of<R, V, true>(t, lanes);
  }
  if constexpr (V > 1) with_vectors<R, V - 1>(t, vectors);
}

template <int R>
void with_rows(const ProductTile& t) {
  if (t.rows == R) return with_vectors<R, tile_vectors>(t, (t.columns + width - 1) / width);
  if constexpr (R > 1) with_rows<R - 1>(t);
}

void tile(const ProductTile& t) { with_rows<most_rows>(t); }

// As many rows as columns, in halves that meet: after one zip for each bit of width, lane i of
// row j is lane j of row i.
TENON_INLINE void transpose_square(F32 (&rows)[width]) {
#pragma GCC unroll 4
  for (int bit = 1; bit < width; bit *= 2) {
    F32 zipped[width];
#pragma GCC unroll 8
    for (int i = 0; i < width / 2; ++i) {
      zipped[2 * i] = zip_low(rows[i], rows[i + width / 2]);
      zipped[2 * i + 1] = zip_high(rows[i], rows[i + width / 2]);
    }
#pragma GCC unroll 16
    for (int i = 0; i < width; ++i) rows[i] = zipped[i];
  }
}

void transpose(const float* from, int64_t from_row, int64_t rows, int64_t inner, float* to,
               int64_t to_row) {
  for (int64_t r = 0; r < rows; r += width) {
    const int64_t count = rows - r < width ? rows - r : width;
    for (int64_t k = 0; k < inner; k += width) {
      const int64_t lanes = inner - k < width ? inner - k : width;
      F32 square[width];
#pragma GCC unroll 16
      for (int i = 0; i < width; ++i) {
        square[i] = i < count ? load_part(from + (r + i) * from_row + k, lanes) : zero();
      }
      transpose_square(square);
#pragma GCC unroll 16
      for (int i = 0; i < width; ++i) {
        if (i < lanes) store_part(to + (k + i) * to_row + r, square[i], count);
      }
    }
  }
}

void panel(const float* from, int64_t from_row, int64_t inner, int64_t columns, float* to) {
  for (int64_t k = 0; k < inner; ++k, from += from_row, to += panel_columns) {
    for (int64_t v = 0; v < tile_vectors; ++v) {
      const int64_t left = columns - v * width;
      const int64_t lanes = left < 0 ? 0 : left < width ? left : width;
      store(to + v * width,
            lanes == width ? load(from + v * width) : load_part(from + v * width, lanes));
    }
  }
}

}  // namespace

extern const TileProduct tile_product;
const TileProduct tile_product = {.rows = most_rows,
                                  .columns = panel_columns,
                                  .width = width,
                                  .tile = tile,
                                  .transpose = transpose,
                                  .panel = panel};

}  // namespace tenon::cpu::TENON_LEVEL
