// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/math/blocks.h"
#include "plugins/backends/cpu/simd/simd.h"

// What products with packed blocks share: codes and scales of a block, for as many of its 16 rows
// as a vector has lanes. Only math/ includes this.
namespace tenon::cpu::TENON_LEVEL {

template <class T>
TENON_INLINE T read(const uint8_t* from) {
  T a;
  __builtin_memcpy(&a, from, sizeof(T));
  return a;
}
TENON_INLINE I32 line(const uint8_t* codes, int i) {
  return load((const int32_t*)(codes + 64 * i));
}

// Codes of a block: 4 columns of a part of the rows in each vector.
template <BlockLayout layout>
TENON_INLINE void unpack(const uint8_t* codes, const uint8_t* table, I32 (&w)[8]) {
  if constexpr (layout.bits == 8) {
    for (int j = 0; j < 8; ++j) w[j] = line(codes, j);
    return;
  }
  constexpr int above = layout.bits == 6 ? 2 : layout.bits % 2;  // lines of high bits
  if constexpr (layout.bits <= 3) {
    const I32 low = splat(0x03030303);
    for (int j = 0; j < 8; ++j) w[j] = (line(codes, j / 4 + above) >> (j % 4 * 2)) & low;
  } else {
    const I32 low = splat(0x0f0f0f0f);
    for (int j = 0; j < 4; ++j) {
      w[j] = line(codes, j + above) & low;
      w[j + 4] = (line(codes, j + above) >> 4) & low;
    }
  }
  if constexpr (layout.bits == 3 || layout.bits == 5) {
    constexpr int place = layout.bits - 1;
    const I32 high = line(codes, 0), bit = splat(0x01010101 << place);
    for (int j = 0; j < 8; ++j)
      w[j] |= (j < place ? high << (place - j) : high >> (j - place)) & bit;
  }
  if constexpr (layout.bits == 6) {
    const I32 bits = splat(0x30303030);
    for (int j = 0; j < 8; ++j) {
      const I32 high = line(codes, j / 4);
      const int i = j % 4;
      w[j] |= (i < 2 ? high << (4 - 2 * i) : high >> (2 * i - 4)) & bits;
    }
  }
  if constexpr (layout.has_table) {
    for (int j = 0; j < 8; ++j) w[j] = look_up(table, w[j]);
  }
}

// Scales and minimums of a block, for a part of the rows; minimums are negative.
template <BlockLayout layout>
struct Scales {
  F32 d, d_minimum;
  F32 scale[layout.groups()], minimum[layout.groups()];
};

template <BlockLayout layout>
TENON_INLINE void begin_unit(Scales<layout>& s, const uint8_t* unit, int row) {
  if constexpr (layout.has_d()) {
    s.d = load_f16((const uint16_t*)unit + row);
    if constexpr (layout.has_minimum) s.d_minimum = -load_f16((const uint16_t*)unit + 16 + row);
  }
}

template <BlockLayout layout>
TENON_INLINE void begin_group(Scales<layout>& s, const uint8_t* sub, int g) {
  if constexpr (layout.scale == BlockScale::nibbles) {
    const I32 both = load_u8(sub);
    s.scale[g] = to_f32(both & splat(15)) * s.d;
    s.minimum[g] = to_f32(both >> 4) * s.d_minimum;
  } else {
    s.scale[g] = to_f32(layout.is_signed ? load_i8(sub) : load_u8(sub)) * s.d;
    if constexpr (layout.has_minimum) {
      s.minimum[g] = to_f32(load_u8(sub + layout.sub_bytes())) * s.d_minimum;
    }
  }
}

template <BlockLayout layout>
TENON_INLINE void begin_block(Scales<layout>& s, const uint8_t* unit, int block, int row) {
  constexpr int groups = layout.groups();
  const int at = 16 * block + row;
  if constexpr (layout.scale == BlockScale::half) {
    s.scale[0] = load_f16((const uint16_t*)unit + at);
    if constexpr (layout.has_minimum) s.minimum[0] = -load_f16((const uint16_t*)unit + 32 + at);
  } else if constexpr (layout.scale == BlockScale::zeroed) {
    s.scale[0] = load_f16((const uint16_t*)unit + at);
    s.minimum[0] = -(to_f32(load_u8(unit + 64 + at)) * s.scale[0]);
  } else if constexpr (layout.scale == BlockScale::brain) {
    s.scale[0] = load_bf16((const uint16_t*)unit + at);
  } else {
    for (int g = 0; g < groups; ++g) {
      begin_group<layout>(s, unit + 64 + 16 * (block * groups + g) + row, g);
    }
  }
}

}  // namespace tenon::cpu::TENON_LEVEL
