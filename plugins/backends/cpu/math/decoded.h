// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/math/blocks.h"

// Products of f32 with weights of few bits, packed as in math/blocks.h: each weight is decoded to
// f32, one column after the other.
namespace tenon::cpu {

struct Decoded {
  // y[r * stride + i] for the rows r of a tile, of sizes block_tile_rows, and the 16 rows i of a
  // group; x as Activations::floats packs it.
  using Multiply = void (*)(const uint8_t* weights, int64_t units, const uint8_t* table, int bias,
                            const uint8_t* x, float* y, int64_t stride);
  Multiply multiply[block_kinds][block_tiles];
};
const Decoded& decoded();

}  // namespace tenon::cpu
