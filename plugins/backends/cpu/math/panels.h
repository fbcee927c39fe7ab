// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// Products with weights of 16 or 32 bits, packed as panels of 32 rows: a panel holds one column of
// its rows after the other, or with bf16 operands two columns, those of a row side by side.
namespace tenon::cpu {

constexpr int panel_rows = 32;

enum class PanelKind : uint8_t {
  floats,  // f32
  halves,  // f16, computed in f32
  brains,  // bf16, computed in f32
  pairs,   // bf16, and x rounded to bf16
};
constexpr int panel_kinds = 4;
constexpr int panel_steps(PanelKind kind) { return kind == PanelKind::pairs ? 2 : 1; }
constexpr int panel_element_bytes(PanelKind kind) { return kind == PanelKind::floats ? 4 : 2; }

constexpr int panel_tiles = 5;

struct Panels {
  // Sizes of tiles of rows of x, ascending from 1.
  int tile_rows[panel_tiles];
  // y[r * stride + i] for the rows r of a tile and the 32 rows i of a panel; x as packed by
  // math/activations.h. columns is a multiple of panel_steps(). adds: to what y holds, so that long
  // columns can be taken in pieces; the sums are the same.
  using Multiply = void (*)(const uint8_t* weights, int64_t columns, const uint8_t* x, float* y,
                            int64_t stride, bool adds);
  Multiply multiply[panel_kinds][panel_tiles];
  // A piece of a panel, from 32 rows of f32; numbers of panels of halves are halves.
  void (*pack[panel_kinds])(const float* rows, int64_t stride, int64_t columns, uint8_t* to);
  // f16, or bf16, to f32.
  void (*widen)(const uint16_t* from, bool brains, int64_t count, float* to);
};
const Panels& panels();

}  // namespace tenon::cpu
