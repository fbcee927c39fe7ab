// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/math/blocks.h"
#include "tenon/quant_format.h"

#include <array>
#include <cstddef>
#include <functional>

// How rows of quantized blocks, as GGUF files hold them, become the units of math/blocks.h.
// [any thread]
namespace tenon::cpu {

struct BlockPacker {
  std::string_view format;
  int64_t block;  // weights
  int64_t bytes;
  BlockKind kind;
  int bias;
  std::array<uint8_t, 16> table;  // of kinds with a table; entries are biased
  // Puts one block of a row into its unit, or into block `place` of it; unit points to what belongs
  // to the row: numbers of one byte, of two, and of four, are at unit + row times their size.
  void (*pack)(const std::byte* from, uint8_t* unit, int row, int place);

  const BlockLayout& layout() const { return block_layouts[static_cast<size_t>(kind)]; }
};

// Weights of 4 or 8 bits whose scale and zero, a whole number, hold for 32 columns:
// scale * (code - zero).
struct AffineBlock {
  std::array<uint8_t, 32> codes;
  float scale;
  uint8_t zero;
};
struct AffineMatrix {
  int64_t rows, columns;
  int bits;
  std::function<AffineBlock(int64_t row, int64_t block)> block;
};
const BlockPacker& affine_packer(int bits);
void pack_affine(const AffineBlock& from, int bits, uint8_t* unit, int row, int place);

// Null when the format has none.
const BlockPacker* find_block_packer(const QuantFormat& format);

}  // namespace tenon::cpu
