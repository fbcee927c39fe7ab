// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/math/activations.h"

#include "plugins/backends/cpu/simd/simd.h"

namespace tenon::cpu::TENON_LEVEL {
namespace {

constexpr int block = 32;
constexpr int vectors = block / width;

template <class T>
TENON_INLINE void write(uint8_t* to, T a) {
  __builtin_memcpy(to, &a, sizeof(T));
}

struct Block {
  float scale;
  int sums[2];  // of each half
};

Block pack_block(const float* x, uint8_t* codes) {
  F32 v[vectors], most = zero(), poison = zero();
  for (int i = 0; i < vectors; ++i) {
    v[i] = load(x + i * width);
    most = max(abs(v[i]), most);
    poison = fma(v[i], zero(), poison);  // NaN from what is not finite
  }
  const float top = largest(most);
  const F32 inverse = splat(top > 0 ? 127 / top : 0);
  Block made = {top / 127 + sum(poison), {0, 0}};
  for (int i = 0; i < vectors; ++i) {
    const I32 code = round_to_i32(v[i] * inverse);
    store_i8(codes + i * width, code);
  }
  for (int i = 0; i < block; ++i) made.sums[i / 16] += (int8_t)codes[i];
  return made;
}

void codes(const float* x, int64_t columns, int64_t padded, const Activations::Codes& p,
           uint8_t* tile) {
  const int64_t tile_bytes = int64_t{p.rows} * (36 + 4 * p.groups);
  for (int64_t k = 0; k < padded; k += block, tile += tile_bytes) {
    float part[block] = {};
    const float* from = x + k;
    if (k + block > columns) {
      for (int64_t i = k; i < columns; ++i) part[i - k] = x[i];
      from = part;
    }
    Block made = pack_block(from, tile + block * p.row);
    write(tile + block * p.rows + 4 * p.row, made.scale);
    if (p.groups == 1) made.sums[0] += made.sums[1];
    uint8_t* const sums = tile + 36 * p.rows + 4 * p.groups * p.row;
    for (int g = 0; g < p.groups; ++g) {
      const int total = made.sums[g] * p.factor;
      if (p.float_sums) {
        write(sums + 4 * g, (float)total);
      } else {
        write(sums + 4 * g, total);
      }
    }
  }
}

// Half to even; NaN stays NaN.
TENON_INLINE uint32_t to_brain(float a) {
  uint32_t bits;
  __builtin_memcpy(&bits, &a, 4);
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >> 16) | 0x40;
  return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
}

void brains(const float* x, int64_t columns, int64_t padded, int rows, int row, uint8_t* tile) {
  uint8_t* to = tile + 4 * row;
  int64_t k = 0;
  for (; k + 2 <= columns; k += 2, to += 4 * rows) {
    write(to, to_brain(x[k]) | to_brain(x[k + 1]) << 16);
  }
  for (; k < padded; k += 2, to += 4 * rows) write(to, k < columns ? to_brain(x[k]) : 0u);
}

void floats(const float* x, int64_t columns, int64_t padded, int rows, int row, uint8_t* tile) {
  uint8_t* to = tile + 4 * row;
  for (int64_t k = 0; k < padded; ++k, to += 4 * rows) write(to, k < columns ? x[k] : 0.0f);
}

}  // namespace

extern const Activations activations;
const Activations activations = {codes, brains, floats};

}  // namespace tenon::cpu::TENON_LEVEL
