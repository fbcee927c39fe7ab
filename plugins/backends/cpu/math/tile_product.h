// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// Products of f32 matrices, tile by tile, with all sums of a tile in registers. Each sum is built
// in the order of the inner axis from its start value, so no bit of it depends on how rows, columns
// and the inner axis are cut. [any thread]
namespace tenon::cpu {

// c[r][j] = end(start + sum over k of a[r][k] * b[k][j]).
struct ProductTile {
  int64_t rows = 0;     // 1 to TileProduct::rows
  int64_t columns = 0;  // 1 to TileProduct::columns
  int64_t inner = 0;
  const float* a = nullptr;  // a[r][k] at a + r * a_row + k * a_step
  int64_t a_row = 1;
  int64_t a_step = 0;
  const float* b = nullptr;  // b[k][j] at b + k * b_row + j; whole vectors are read
  int64_t b_row = 0;
  const float* ahead = nullptr;  // what is fetched into a cache meanwhile, at ahead + k * b_row
  float* c = nullptr;            // c[r][j] at c + r * c_row + j
  int64_t c_row = 0;
  const float* bias = nullptr;  // the start, one for each row; null is 0
  bool accumulate = false;      // the start is what c holds
  bool ends = false;            // end(x) = min(high, max(low, x + addends)), NaN stays; else x
  const float* addends[2] = {};
  int64_t addend_rows[2] = {};
  float low = 0;
  float high = 0;
};

struct TileProduct {
  int64_t rows;     // most of a tile
  int64_t columns;  // of a panel
  int64_t width;    // of a vector; columns is a multiple
  void (*tile)(const ProductTile& tile);
  // to[k * to_row + r] = from[r * from_row + k].
  void (*transpose)(const float* from, int64_t from_row, int64_t rows, int64_t inner, float* to,
                    int64_t to_row);
  // A panel, `inner` rows of TileProduct::columns, from as many rows of `columns`; the rest is
  // zero.
  void (*panel)(const float* from, int64_t from_row, int64_t inner, int64_t columns, float* to);
};

const TileProduct& tile_product();

}  // namespace tenon::cpu
