// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/formula/strips.h"

#include <cstddef>

// Runs the instructions of a box. [any thread]
namespace tenon::cpu {

constexpr size_t most_operands = 32;

// Where operands lie during a call.
struct StripPlaces {
  const std::byte* operands[most_operands];
  std::byte* result = nullptr;
};

// Strips [begin, end) of the box, of code.strips().
void run_strips(const StripCode& code, const StripPlaces& places, int64_t begin, int64_t end);

// A rectangle of a box whose first code.row_rank axes, counted as one, are rows and whose other
// axes are columns. Operand 0 is not in the tensor's place but a tile: row r of the rectangle
// begins at tile + r * stride, in elements of f32.
struct StripTile {
  const float* data = nullptr;
  int64_t stride = 0;
  int64_t first_row = 0;
  int64_t rows = 0;
  int64_t first_column = 0;
  int64_t columns = 0;
};
void run_tile(const StripCode& code, const StripPlaces& places, const StripTile& tile);

}  // namespace tenon::cpu
