// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// Products with weights of few bits, packed so that one vector holds 4 codes of each of 16 rows.
//
// 16 rows form a group. Along the columns a group falls into units of 64 columns, or of 256 where
// scales have scales themselves. A unit holds, in this order, each as numbers of 16 rows side by
// side:
//   scales     f16 or bf16, one for each block of 32; of a unit of 256 one f16 d, and one d for
//              minimums, or 32 bytes of nothing
//   minimums   f16, one for each block of 32, where there are any and d's are not; or bytes
//   sub-scales of a unit of 256: a byte for each group of 32 or 16 columns, then as many for
//              minimums; or both in one byte, the minimum in the high half
//   codes      of one block of 32 columns after the other: a line of 64 bytes holds columns
//              4 i .. 4 i + 3 of row 0, row 1, ...
//
// With 4 bits line j < 4 has columns 4 j in the low half of its bytes and 16 + 4 j in the high one.
// 5 bits: one more line goes before, whose bit i is the fifth bit of columns 4 i; 6 bits: two, with
// two bits each. 2 bits: line j < 2 has columns 16 j + 4 i at bit 2 i. 3 bits: as with 5. Lines are
// read in the order in which they lie, or memory is slower.
//
// A weight is scale * (code - bias) - minimum; the code may be looked up in a table of 16 bytes.
namespace tenon::cpu {

enum class BlockScale : uint8_t {
  half,     // f16 for each block of 32
  brain,    // bf16, for scales that are powers of two
  sub,      // a byte times d
  nibbles,  // the low half of a byte times d, the high half is the minimum
  zeroed,   // f16 for each block of 32, and a byte: the minimum is that many times the scale
};

struct BlockLayout {
  int bits;
  int group;  // columns that share a scale: 32 or 16
  BlockScale scale;
  bool is_signed;  // sub-scales
  bool has_minimum;
  bool has_table;

  constexpr bool has_d() const { return scale == BlockScale::sub || scale == BlockScale::nibbles; }
  constexpr int groups() const { return 32 / group; }
  constexpr int unit_blocks() const { return has_d() ? 8 : 2; }
  constexpr int unit_columns() const { return 32 * unit_blocks(); }
  constexpr int lines() const {  // of a block
    return bits == 8 ? 8 : bits == 6 ? 6 : bits == 5 ? 5 : bits == 4 ? 4 : bits == 3 ? 3 : 2;
  }
  constexpr int sub_bytes() const { return !has_d() ? 0 : unit_blocks() * groups() * 16; }
  constexpr int scale_bytes() const { return has_d() || !has_minimum ? 64 : 128; }
  constexpr int codes_at() const {
    return scale_bytes() + sub_bytes() * (scale == BlockScale::sub && has_minimum ? 2 : 1);
  }
  constexpr int unit_bytes() const { return codes_at() + unit_blocks() * lines() * 64; }
};

enum class BlockKind : uint8_t {
  four,
  four_minimum,
  five,
  five_minimum,
  eight,
  four_table,
  four_table_brain,
  two_sub,
  three_sub,
  four_sub,
  five_sub,
  six_sub,
  four_table_sub,
  four_zero,
  eight_zero,
};
constexpr int block_kinds = 15;

constexpr BlockLayout block_layouts[block_kinds] = {
    {4, 32, BlockScale::half, false, false, false},
    {4, 32, BlockScale::half, false, true, false},
    {5, 32, BlockScale::half, false, false, false},
    {5, 32, BlockScale::half, false, true, false},
    {8, 32, BlockScale::half, false, false, false},
    {4, 32, BlockScale::half, false, false, true},
    {4, 32, BlockScale::brain, false, false, true},
    {2, 16, BlockScale::nibbles, false, true, false},
    {3, 16, BlockScale::sub, true, false, false},
    {4, 32, BlockScale::sub, false, true, false},
    {5, 32, BlockScale::sub, false, true, false},
    {6, 16, BlockScale::sub, true, false, false},
    {4, 32, BlockScale::sub, true, false, true},
    {4, 32, BlockScale::zeroed, false, true, false},
    {8, 32, BlockScale::zeroed, false, true, false},
};

// Rows of x beside each other in a tile; a product of other sizes is made of these.
constexpr int block_tiles = 5;
constexpr int block_tile_rows[block_tiles] = {1, 2, 3, 4, 8};

// Bytes of a tile for a block of 32 columns: 32 codes for each row, then scales (f32), then sums of
// codes by groups (f32 where there are minimums; else i32, times -bias).
constexpr int64_t block_tile_bytes(int rows, int groups) {
  return int64_t{rows} * (36 + 4 * groups);
}

struct Blocks {
  // y[r * stride + i] for the rows r of a tile and the 16 rows i of a group.
  using Multiply = void (*)(const uint8_t* weights, int64_t units, const uint8_t* table,
                            const uint8_t* x, float* y, int64_t stride);
  Multiply multiply[block_kinds][block_tiles];
};
const Blocks& blocks();

}  // namespace tenon::cpu
