// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// Products of matrices of bytes with exact sums in i32. One operand lies in blocks of rows, the
// other in panels of lanes; both hold groups of 4 neighbours along the inner axis. One operand is
// u8, the other i8: bytes of the wrong sign are flipped (b ^ 128) when they are packed, and their
// zero point with them. Pure functions. [any thread]
namespace tenon::cpu {

// sums[r][l] = products + row_add[r] + lane_add[l] + row_factor[r] * lane_factor[l]; what is null
// adds nothing. All arrays but row_add and row_factor reach to a whole number of vectors.
struct Int8Tile {
  const void* rows = nullptr;   // a packed block
  const void* lanes = nullptr;  // a packed panel
  int64_t row_count = 0;
  int64_t lane_count = 0;
  int64_t groups = 0;  // of 4 along the inner axis
  const int32_t* row_add = nullptr;
  const int32_t* lane_add = nullptr;
  const int32_t* row_factor = nullptr;
  const int32_t* lane_factor = nullptr;
  int32_t* sums = nullptr;  // rows are tile_lanes apart
};

// Bytes to be packed: rows `stride` apart.
struct Int8Matrix {
  const uint8_t* data = nullptr;
  int64_t stride = 0;
  int64_t rows = 0;
  int64_t columns = 0;
  uint8_t flip = 0;  // 128 turns i8 to u8 and back
};

// How sums become bytes again: round(sum * scale) + zero, kept in [low, high].
struct Int8Requantize {
  const float* row_scale = nullptr;   // one for each row ...
  const float* lane_scale = nullptr;  // ... or one for each lane
  float zero = 0;
  float low = 0;
  float high = 0;
};

struct Int8Gemm {
  int64_t tile_rows;   // most rows of a block
  int64_t tile_lanes;  // most lanes of a panel
  // Bytes of a block or panel for an inner axis of `groups` groups.
  int64_t (*block_bytes)(int64_t rows, int64_t groups);
  int64_t (*panel_bytes)(int64_t lanes, int64_t groups);
  // Packs a block: its rows are the matrix's rows. totals[r] receives the sum of a row, where
  // totals is not null.
  void (*pack_rows)(const Int8Matrix& from, uint8_t* to, int32_t* totals);
  // Packs a panel: its lanes are the matrix's columns.
  void (*pack_lanes)(const Int8Matrix& from, uint8_t* to);
  // Sums over the inner axis of each lane of a packed panel of u8 or of i8.
  void (*total_unsigned)(const void* lanes, int64_t lane_count, int64_t groups, int32_t* totals);
  void (*total_signed)(const void* lanes, int64_t lane_count, int64_t groups, int32_t* totals);
  // Rows of u8 by lanes of i8, and rows of i8 by lanes of u8.
  void (*unsigned_rows)(const Int8Tile& tile);
  void (*signed_rows)(const Int8Tile& tile);
  void (*requantize)(const Int8Tile& tile, const Int8Requantize& how, uint8_t* to, int64_t stride);
  // sum * lane_scale + bias; bias may be null.
  void (*to_reals)(const Int8Tile& tile, const float* lane_scale, const float* bias, float* to,
                   int64_t stride);
};

const Int8Gemm& int8_gemm();

}  // namespace tenon::cpu
