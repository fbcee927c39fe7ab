// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/packing/blocks.h"

#include "tenon/strip_vm.h"

#include <algorithm>
#include <cstring>

// Bytes are handled four at a time: byte i of a word is column 4 j + i.
namespace tenon::cpu {
namespace {

using Words = std::array<uint32_t, 8>;  // codes of 32 columns

constexpr uint32_t low_halves = 0x0f0f0f0f;

template <class T>
T get(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}
uint32_t word(const std::byte* from, int i) { return get<uint32_t>(from + 4 * i); }
uint32_t byte(const std::byte* from, int i) { return std::to_integer<uint32_t>(from[i]); }

template <class T>
void put(uint8_t* to, T value) {
  std::memcpy(to, &value, sizeof value);
}

void float_to_half(float value, uint8_t* to) { store_float(to, DType::f16, 0, value); }

// Bits 0 to 3 to bit 0 of each byte.
constexpr uint32_t spread(uint32_t bits) { return ((bits & 15) * 0x00204081) & 0x01010101; }

constexpr const BlockLayout& layout_of(BlockKind kind) {
  return block_layouts[static_cast<size_t>(kind)];
}

template <BlockKind kind>
void put_codes(const Words& c, uint8_t* unit, int row, int block) {
  constexpr BlockLayout layout = layout_of(kind);
  uint8_t* const high_line = unit + layout.codes_at() + block * layout.lines() * 64 + 4 * row;
  uint8_t* const line = high_line + 64 * (layout.bits == 6 ? 2 : layout.bits % 2);
  const auto index = [](int i) { return static_cast<size_t>(i); };
  if constexpr (layout.bits == 8) {
    for (int j = 0; j < 8; ++j) put(line + 64 * j, c[index(j)]);
    return;
  }
  if constexpr (layout.bits <= 3) {
    for (int half = 0; half < 2; ++half) {
      uint32_t lines = 0;
      for (int i = 0; i < 4; ++i) lines |= (c[index(4 * half + i)] & 0x03030303) << (2 * i);
      put(line + 64 * half, lines);
    }
  } else {
    for (int j = 0; j < 4; ++j) {
      put(line + 64 * j, (c[index(j)] & low_halves) | (c[index(j + 4)] & low_halves) << 4);
    }
  }
  if constexpr (layout.bits == 3 || layout.bits == 5) {
    uint32_t high = 0;
    for (int j = 0; j < 8; ++j) high |= ((c[index(j)] >> (layout.bits - 1)) & 0x01010101) << j;
    put(high_line, high);
  }
  if constexpr (layout.bits == 6) {
    for (int half = 0; half < 2; ++half) {
      uint32_t high = 0;
      for (int i = 0; i < 4; ++i) {
        high |= ((c[index(4 * half + i)] >> 4) & 0x03030303) << (2 * i);
      }
      put(high_line + 64 * half, high);
    }
  }
}

// 16 bytes of two codes: those of columns 0 to 15 in the low halves.
Words halves(const std::byte* from) {
  Words c;
  for (int j = 0; j < 4; ++j) {
    c[static_cast<size_t>(j)] = word(from, j) & low_halves;
    c[static_cast<size_t>(j + 4)] = (word(from, j) >> 4) & low_halves;
  }
  return c;
}

void add_fifth(Words& c, uint32_t bits) {
  for (size_t j = 0; j < 8; ++j) c[j] |= spread(bits >> (4 * j)) << 4;
}

void put_scale(uint8_t* unit, int row, int block, const std::byte* from) {
  put(unit + 2 * (16 * block + row), get<uint16_t>(from));
}
// A number that is added is a minimum with the other sign.
void put_addend(uint8_t* unit, int row, int block, const std::byte* from) {
  put(unit + 64 + 2 * (16 * block + row), static_cast<uint16_t>(get<uint16_t>(from) ^ 0x8000));
}

void q4_0(const std::byte* from, uint8_t* unit, int row, int block) {
  put_scale(unit, row, block, from);
  put_codes<BlockKind::four>(halves(from + 2), unit, row, block);
}
void q4_1(const std::byte* from, uint8_t* unit, int row, int block) {
  put_scale(unit, row, block, from);
  put_addend(unit, row, block, from + 2);
  put_codes<BlockKind::four_minimum>(halves(from + 4), unit, row, block);
}
void q5_0(const std::byte* from, uint8_t* unit, int row, int block) {
  put_scale(unit, row, block, from);
  Words c = halves(from + 6);
  add_fifth(c, get<uint32_t>(from + 2));
  put_codes<BlockKind::five>(c, unit, row, block);
}
void q5_1(const std::byte* from, uint8_t* unit, int row, int block) {
  put_scale(unit, row, block, from);
  put_addend(unit, row, block, from + 2);
  Words c = halves(from + 8);
  add_fifth(c, get<uint32_t>(from + 4));
  put_codes<BlockKind::five_minimum>(c, unit, row, block);
}
void q8_0(const std::byte* from, uint8_t* unit, int row, int block) {
  put_scale(unit, row, block, from);
  Words c;
  for (int j = 0; j < 8; ++j) c[static_cast<size_t>(j)] = word(from + 2, j) ^ 0x80808080;
  put_codes<BlockKind::eight>(c, unit, row, block);
}
void iq4_nl(const std::byte* from, uint8_t* unit, int row, int block) {
  put_scale(unit, row, block, from);
  put_codes<BlockKind::four_table>(halves(from + 2), unit, row, block);
}
// The scale 2^(e - 128) as bf16; of e = 0 and e = 1 it has no exponent left.
void mxfp4(const std::byte* from, uint8_t* unit, int row, int block) {
  const uint32_t e = byte(from, 0);
  const uint32_t bits = e > 1 ? (e - 1) << 7 : e == 1 ? 0x40 : 0x20;
  put(unit + 2 * (16 * block + row), static_cast<uint16_t>(bits));
  put_codes<BlockKind::four_table_brain>(halves(from + 1), unit, row, block);
}

// Formats in blocks of 256: unit and block are the same.
void put_d(uint8_t* unit, int row, const std::byte* d) { put(unit + 2 * row, get<uint16_t>(d)); }
void put_d_minimum(uint8_t* unit, int row, const std::byte* d) {
  put(unit + 32 + 2 * row, get<uint16_t>(d));
}

// 6-bit scales and minimums of 8 groups in 12 bytes.
void put_scales_and_minimums(uint8_t* unit, int row, const std::byte* from) {
  for (int g = 0; g < 8; ++g) {
    uint32_t scale = 0, minimum = 0;
    if (g < 4) {
      scale = byte(from, g) & 63;
      minimum = byte(from, g + 4) & 63;
    } else {
      scale = (byte(from, g + 4) & 15) | (byte(from, g - 4) >> 6) << 4;
      minimum = byte(from, g + 4) >> 4 | (byte(from, g) >> 6) << 4;
    }
    unit[64 + 16 * g + row] = static_cast<uint8_t>(scale);
    unit[192 + 16 * g + row] = static_cast<uint8_t>(minimum);
  }
}

void q4_k(const std::byte* from, uint8_t* unit, int row, int) {
  put_d(unit, row, from);
  put_d_minimum(unit, row, from + 2);
  put_scales_and_minimums(unit, row, from + 4);
  for (int g = 0; g < 8; ++g) {
    const std::byte* const bytes = from + 16 + 32 * (g / 2);
    Words c;
    for (int j = 0; j < 8; ++j) {
      c[static_cast<size_t>(j)] = (word(bytes, j) >> (4 * (g % 2))) & low_halves;
    }
    put_codes<BlockKind::four_sub>(c, unit, row, g);
  }
}
void q5_k(const std::byte* from, uint8_t* unit, int row, int) {
  put_d(unit, row, from);
  put_d_minimum(unit, row, from + 2);
  put_scales_and_minimums(unit, row, from + 4);
  for (int g = 0; g < 8; ++g) {
    const std::byte* const bytes = from + 48 + 32 * (g / 2);
    Words c;
    for (int j = 0; j < 8; ++j) {
      const uint32_t high = (word(from + 16, j) >> g) & 0x01010101;
      c[static_cast<size_t>(j)] = ((word(bytes, j) >> (4 * (g % 2))) & low_halves) | high << 4;
    }
    put_codes<BlockKind::five_sub>(c, unit, row, g);
  }
}
void q6_k(const std::byte* from, uint8_t* unit, int row, int) {
  put_d(unit, row, from + 208);
  for (int g = 0; g < 16; ++g) {
    unit[64 + 16 * g + row] = static_cast<uint8_t>(byte(from + 192, g));
  }
  for (int g = 0; g < 8; ++g) {
    const int half = g / 4, part = g % 4;
    const std::byte* const low = from + 64 * half + 32 * (part % 2);
    Words c;
    for (int j = 0; j < 8; ++j) {
      const uint32_t high = (word(from + 128 + 32 * half, j) >> (2 * part)) & 0x03030303;
      c[static_cast<size_t>(j)] = ((word(low, j) >> (4 * (part / 2))) & low_halves) | high << 4;
    }
    put_codes<BlockKind::six_sub>(c, unit, row, g);
  }
}
void q2_k(const std::byte* from, uint8_t* unit, int row, int) {
  put_d(unit, row, from + 80);
  put_d_minimum(unit, row, from + 82);
  for (int g = 0; g < 16; ++g) unit[64 + 16 * g + row] = static_cast<uint8_t>(byte(from, g));
  for (int g = 0; g < 8; ++g) {
    Words c;
    for (int j = 0; j < 8; ++j) {
      c[static_cast<size_t>(j)] = (word(from + 16 + 32 * (g / 4), j) >> (2 * (g % 4))) & 0x03030303;
    }
    put_codes<BlockKind::two_sub>(c, unit, row, g);
  }
}
void q3_k(const std::byte* from, uint8_t* unit, int row, int) {
  put_d(unit, row, from + 108);
  for (int g = 0; g < 16; ++g) {
    const uint32_t low = (byte(from + 96, g % 8) >> (4 * (g / 8))) & 15;
    const uint32_t high = (byte(from + 104, g % 4) >> (2 * (g / 4))) & 3;
    unit[64 + 16 * g + row] = static_cast<uint8_t>((low | high << 4) - 32);
  }
  for (int g = 0; g < 8; ++g) {
    Words c;
    for (int j = 0; j < 8; ++j) {
      const uint32_t low = (word(from + 32 + 32 * (g / 4), j) >> (2 * (g % 4))) & 0x03030303;
      c[static_cast<size_t>(j)] = low | ((word(from, j) >> g) & 0x01010101) << 2;
    }
    put_codes<BlockKind::three_sub>(c, unit, row, g);
  }
}
void iq4_xs(const std::byte* from, uint8_t* unit, int row, int) {
  put_d(unit, row, from);
  for (int g = 0; g < 8; ++g) {
    const uint32_t low = (byte(from + 4, g / 2) >> (4 * (g % 2))) & 15;
    const uint32_t high = (get<uint16_t>(from + 2) >> (2 * g)) & 3u;
    unit[64 + 16 * g + row] = static_cast<uint8_t>((low | high << 4) - 32);
    put_codes<BlockKind::four_table_sub>(halves(from + 8 + 16 * g), unit, row, g);
  }
}

template <BlockKind kind>
void affine(const AffineBlock& from, uint8_t* unit, int row, int block) {
  float_to_half(from.scale, unit + 2 * (16 * block + row));
  unit[64 + 16 * block + row] = from.zero;
  Words c;
  std::memcpy(c.data(), from.codes.data(), sizeof c);
  put_codes<kind>(c, unit, row, block);
}

constexpr std::array<uint8_t, 16> no_table = {};
// -127 -104 -83 -65 -49 -35 -22 -10 1 13 25 38 53 69 89 113, plus 128.
constexpr std::array<uint8_t, 16> uneven = {1,   24,  45,  63,  79,  93,  106, 118,
                                            129, 141, 153, 166, 181, 197, 217, 241};
// 0 1 2 3 4 6 8 12 and their negatives, plus 12.
constexpr std::array<uint8_t, 16> small_floats = {12, 13, 14, 15, 16, 18, 20, 24,
                                                  12, 11, 10, 9,  8,  6,  4,  0};

constexpr std::array packers = {
    BlockPacker{"q4_0", 32, 18, BlockKind::four, 8, no_table, q4_0},
    BlockPacker{"q4_1", 32, 20, BlockKind::four_minimum, 0, no_table, q4_1},
    BlockPacker{"q5_0", 32, 22, BlockKind::five, 16, no_table, q5_0},
    BlockPacker{"q5_1", 32, 24, BlockKind::five_minimum, 0, no_table, q5_1},
    BlockPacker{"q8_0", 32, 34, BlockKind::eight, 128, no_table, q8_0},
    BlockPacker{"iq4_nl", 32, 18, BlockKind::four_table, 128, uneven, iq4_nl},
    BlockPacker{"mxfp4", 32, 17, BlockKind::four_table_brain, 12, small_floats, mxfp4},
    BlockPacker{"q2_K", 256, 84, BlockKind::two_sub, 0, no_table, q2_k},
    BlockPacker{"q3_K", 256, 110, BlockKind::three_sub, 4, no_table, q3_k},
    BlockPacker{"q4_K", 256, 144, BlockKind::four_sub, 0, no_table, q4_k},
    BlockPacker{"q5_K", 256, 176, BlockKind::five_sub, 0, no_table, q5_k},
    BlockPacker{"q6_K", 256, 210, BlockKind::six_sub, 32, no_table, q6_k},
    BlockPacker{"iq4_xs", 256, 136, BlockKind::four_table_sub, 128, uneven, iq4_xs},
};

constexpr BlockPacker affine_four = {"", 32, 0, BlockKind::four_zero, 0, no_table, nullptr};
constexpr BlockPacker affine_eight = {"", 32, 0, BlockKind::eight_zero, 0, no_table, nullptr};

}  // namespace

const BlockPacker& affine_packer(int bits) { return bits == 8 ? affine_eight : affine_four; }

void pack_affine(const AffineBlock& from, int bits, uint8_t* unit, int row, int place) {
  if (bits == 8) return affine<BlockKind::eight_zero>(from, unit, row, place);
  affine<BlockKind::four_zero>(from, unit, row, place);
}

const BlockPacker* find_block_packer(const QuantFormat& format) {
  const auto found = std::ranges::find_if(packers, [&](const BlockPacker& packer) {
    return packer.format == format.name && packer.block == format.block &&
           packer.bytes == format.bytes;
  });
  return found == packers.end() ? nullptr : &*found;
}

}  // namespace tenon::cpu
