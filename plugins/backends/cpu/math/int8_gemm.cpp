// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/math/int8_gemm.h"

#include "plugins/backends/cpu/simd/simd.h"

namespace tenon::cpu::TENON_LEVEL {
namespace {

constexpr int block_rows = width == 16 ? 8 : 4;
constexpr int panel_vectors = width == 16 ? 3 : 2;
constexpr int64_t panel_lanes = panel_vectors * width;

typedef uint8_t Bytes __attribute__((vector_size(16)));
typedef uint8_t NarrowBytes __attribute__((vector_size(width)));

// Blocks of few rows are as narrow as a product of them can be.
TENON_INLINE int64_t rows_of_block(int64_t rows) {
  return rows > block_rows / 2 ? block_rows : rows > 1 ? block_rows / 2 : 1;
}
TENON_INLINE int64_t vectors_of_panel(int64_t lanes) { return (lanes + width - 1) / width; }

int64_t block_bytes(int64_t rows, int64_t groups) { return rows_of_block(rows) * groups * 4; }
int64_t panel_bytes(int64_t lanes, int64_t groups) {
  return vectors_of_panel(lanes) * width * groups * 4;
}

TENON_INLINE Bytes load_bytes(const uint8_t* from) {
  Bytes bytes;
  __builtin_memcpy(&bytes, from, sizeof(bytes));
  return bytes;
}

int32_t total_of(const uint8_t* row, int64_t count, uint8_t flip) {
  int32_t total = 0;
  for (int64_t k = 0; k < count; ++k) total += row[k] ^ flip;
  return total;
}

void pack_rows(const Int8Matrix& from, uint8_t* to, int32_t* totals) {
  const int64_t rows = rows_of_block(from.rows);
  const int64_t groups = (from.columns + 3) / 4;
  const int64_t whole = from.columns / 4;
  const uint32_t flip = 0x01010101u * from.flip;
  for (int64_t r = 0; r < rows; ++r) {
    const uint8_t* const row = from.data + r * from.stride;
    const bool is_there = r < from.rows;
    for (int64_t g = 0; g < groups; ++g) {
      uint32_t group = 0;
      if (is_there && g < whole) {
        __builtin_memcpy(&group, row + g * 4, 4);
        group ^= flip;
      } else if (is_there) {
        for (int64_t k = g * 4; k < from.columns; ++k) {
          group |= static_cast<uint32_t>(row[k] ^ from.flip) << (k % 4 * 8);
        }
      }
      __builtin_memcpy(to + (g * rows + r) * 4, &group, 4);
    }
    if (is_there && totals != nullptr) totals[r] = total_of(row, from.columns, from.flip);
  }
}

TENON_INLINE Bytes low_pairs(Bytes a, Bytes b) {
  return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
TENON_INLINE Bytes high_pairs(Bytes a, Bytes b) {
  return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15,
                                 31);
}
TENON_INLINE void store_bytes(uint8_t* to, Bytes bytes) {
  __builtin_memcpy(to, &bytes, sizeof(bytes));
}
// 16 lanes of one group of 4 rows.
TENON_INLINE void interleave(Bytes a, Bytes b, Bytes c, Bytes d, uint8_t* to) {
  const Bytes ac = low_pairs(a, c), bd = low_pairs(b, d);
  store_bytes(to, low_pairs(ac, bd));
  store_bytes(to + 16, high_pairs(ac, bd));
  const Bytes high_ac = high_pairs(a, c), high_bd = high_pairs(b, d);
  store_bytes(to + 32, low_pairs(high_ac, high_bd));
  store_bytes(to + 48, high_pairs(high_ac, high_bd));
}

// The last lanes of a group, fewer than 16; what the matrix does not have is 0.
void pack_edge(const uint8_t* const* rows, int64_t count, Bytes flip, int64_t lanes, uint8_t* to) {
  Bytes bytes[4] = {flip, flip, flip, flip};
  for (int64_t i = 0; i < 4 && count > 0; ++i) {
    __builtin_memcpy(&bytes[i], rows[i], static_cast<size_t>(count));
  }
  uint8_t group[64];
  interleave(bytes[0] ^ flip, bytes[1] ^ flip, bytes[2] ^ flip, bytes[3] ^ flip, group);
  __builtin_memcpy(to, group, static_cast<size_t>(lanes < 16 ? lanes : 16) * 4);
}

void pack_lanes(const Int8Matrix& from, uint8_t* to) {
  const int64_t lanes = vectors_of_panel(from.columns) * width;
  const Bytes flip = Bytes{} + from.flip;
  uint8_t none[panel_lanes];
  for (uint8_t& byte : none) byte = from.flip;
  for (int64_t k = 0; k < from.rows; k += 4, to += lanes * 4) {
    const uint8_t* rows[4];
    for (int64_t i = 0; i < 4; ++i) {
      rows[i] = k + i < from.rows ? from.data + (k + i) * from.stride : none;
    }
    int64_t lane = 0;
    for (; lane + 16 <= from.columns; lane += 16) {
      interleave(load_bytes(rows[0]) ^ flip, load_bytes(rows[1]) ^ flip, load_bytes(rows[2]) ^ flip,
                 load_bytes(rows[3]) ^ flip, to + lane * 4);
      for (const uint8_t*& row : rows) row += 16;
    }
    for (; lane < lanes; lane += 16) {
      pack_edge(rows, from.columns - lane, flip, lanes - lane, to + lane * 4);
    }
  }
}

template <bool is_signed>
TENON_INLINE void total(const void* panel, int64_t lane_count, int64_t groups, int32_t* totals) {
  const int64_t vectors = vectors_of_panel(lane_count);
  const I32 ones = splat(int32_t{0x01010101});
  for (int64_t v = 0; v < vectors; ++v) {
    const auto* lanes = static_cast<const int32_t*>(panel) + v * width;
    I32 sums = {};
    for (int64_t g = 0; g < groups; ++g, lanes += vectors * width) {
      sums = is_signed ? dot4(sums, ones, load(lanes)) : dot4(sums, load(lanes), ones);
    }
    store(totals + v * width, sums);
  }
}
void total_unsigned(const void* lanes, int64_t lane_count, int64_t groups, int32_t* totals) {
  total<false>(lanes, lane_count, groups, totals);
}
void total_signed(const void* lanes, int64_t lane_count, int64_t groups, int32_t* totals) {
  total<true>(lanes, lane_count, groups, totals);
}

// What the sums of a row begin with.
template <int vectors>
TENON_INLINE void begin_row(const Int8Tile& tile, int row, I32* sums) {
  const bool is_there = row < tile.row_count;
  const I32 start = splat(tile.row_add != nullptr && is_there ? tile.row_add[row] : 0);
#pragma GCC unroll 8
  for (int v = 0; v < vectors; ++v) sums[v] = start;
  if (tile.row_factor == nullptr || !is_there) return;
  const I32 factor = splat(tile.row_factor[row]);
#pragma GCC unroll 8
  for (int v = 0; v < vectors; ++v) sums[v] += factor * load(tile.lane_factor + v * width);
}

// The loops are unrolled so that the sums stay in registers.
template <bool is_signed, int rows, int vectors>
void product(const Int8Tile& tile) {
  I32 sums[rows][vectors];
#pragma GCC unroll 8
  for (int r = 0; r < rows; ++r) begin_row<vectors>(tile, r, sums[r]);
  if (tile.lane_add != nullptr) {
#pragma GCC unroll 8
    for (int v = 0; v < vectors; ++v) {
      const I32 add = load(tile.lane_add + v * width);
#pragma GCC unroll 8
      for (int r = 0; r < rows; ++r) sums[r][v] += add;
    }
  }
  const auto* a = static_cast<const int32_t*>(tile.rows);
  const auto* b = static_cast<const int32_t*>(tile.lanes);
  for (int64_t g = 0; g < tile.groups; ++g) {
    I32 lanes[vectors];
#pragma GCC unroll 8
    for (int v = 0; v < vectors; ++v) lanes[v] = load(b + v * width);
#pragma GCC unroll 8
    for (int r = 0; r < rows; ++r) {
      const I32 row = splat(a[r]);
#pragma GCC unroll 8
      for (int v = 0; v < vectors; ++v) {
        sums[r][v] = is_signed ? dot4(sums[r][v], lanes[v], row) : dot4(sums[r][v], row, lanes[v]);
      }
    }
    a += rows;
    b += vectors * width;
  }
#pragma GCC unroll 8
  for (int r = 0; r < rows; ++r) {
    if (r >= tile.row_count) continue;
#pragma GCC unroll 8
    for (int v = 0; v < vectors; ++v) store(tile.sums + r * panel_lanes + v * width, sums[r][v]);
  }
}

template <bool is_signed, int rows>
TENON_INLINE void product_of(const Int8Tile& tile) {
  const int64_t vectors = vectors_of_panel(tile.lane_count);
  if (vectors == 1) return product<is_signed, rows, 1>(tile);
  if (vectors == 2) return product<is_signed, rows, 2>(tile);
  product<is_signed, rows, panel_vectors>(tile);
}
template <bool is_signed>
TENON_INLINE void any_product(const Int8Tile& tile) {
  const int64_t rows = rows_of_block(tile.row_count);
  if (rows == 1) return product_of<is_signed, 1>(tile);
  if (rows == block_rows) return product_of<is_signed, block_rows>(tile);
  product_of<is_signed, block_rows / 2>(tile);
}
void unsigned_rows(const Int8Tile& tile) { any_product<false>(tile); }
void signed_rows(const Int8Tile& tile) { any_product<true>(tile); }

void requantize(const Int8Tile& tile, const Int8Requantize& how, uint8_t* to, int64_t stride) {
  const F32 low = splat(how.low - how.zero), high = splat(how.high - how.zero);
  const I32 zero = splat(static_cast<int32_t>(how.zero));
  for (int64_t r = 0; r < tile.row_count; ++r) {
    const int32_t* const sums = tile.sums + r * panel_lanes;
    F32 scale = how.row_scale != nullptr ? splat(how.row_scale[r]) : F32{};
    for (int64_t lane = 0; lane < tile.lane_count; lane += width) {
      if (how.row_scale == nullptr) scale = load(how.lane_scale + lane);
      const F32 value = clamp(to_f32(load(sums + lane)) * scale, low, high);
      const NarrowBytes bytes = __builtin_convertvector(round_to_i32(value) + zero, NarrowBytes);
      const int64_t count = tile.lane_count - lane;
      uint8_t* const place = to + r * stride + lane;
      if (count >= width) {
        __builtin_memcpy(place, &bytes, width);
      } else {
        __builtin_memcpy(place, &bytes, static_cast<size_t>(count));
      }
    }
  }
}

void to_reals(const Int8Tile& tile, const float* lane_scale, const float* bias, float* to,
              int64_t stride) {
  for (int64_t r = 0; r < tile.row_count; ++r) {
    for (int64_t lane = 0; lane < tile.lane_count; lane += width) {
      F32 value = to_f32(load(tile.sums + r * panel_lanes + lane)) * load(lane_scale + lane);
      if (bias != nullptr) value += load(bias + lane);
      float* const place = to + r * stride + lane;
      const int64_t count = tile.lane_count - lane;
      if (count >= width) {
        store(place, value);
      } else {
        store_part(place, value, count);
      }
    }
  }
}

}  // namespace

extern const Int8Gemm int8_gemm;
const Int8Gemm int8_gemm = {.tile_rows = block_rows,
                            .tile_lanes = panel_lanes,
                            .block_bytes = block_bytes,
                            .panel_bytes = panel_bytes,
                            .pack_rows = pack_rows,
                            .pack_lanes = pack_lanes,
                            .total_unsigned = total_unsigned,
                            .total_signed = total_signed,
                            .unsigned_rows = unsigned_rows,
                            .signed_rows = signed_rows,
                            .requantize = requantize,
                            .to_reals = to_reals};

}  // namespace tenon::cpu::TENON_LEVEL
