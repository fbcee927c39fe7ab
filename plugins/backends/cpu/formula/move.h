// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/formula/run.h"

#include <cstdint>
#include <optional>

// Boxes whose elements are only moved: rows that lie together, or matrices that are turned.
// [any thread]
namespace tenon::cpu {

struct MoveCode {
  size_t rank = 2;  // the last two axes are a matrix of the output, in its order of rows
  Steps extents = {};
  StripWalk from, to;  // in elements
  uint16_t operand = 0;
  uint8_t width = 0;  // a place of Copies
  bool is_turned = false;
  int64_t block = 1;  // rows of a unit

  int64_t row_units() const { return (extents[rank - 2] + block - 1) / block; }
  int64_t units() const;
};

// The same as the strips of a box, where it is that simple.
std::optional<MoveCode> find_move(const FormulaRows& formula, const StripCode& code);

// Units [begin, end), of code.units().
void run_move(const MoveCode& code, const StripPlaces& places, int64_t begin, int64_t end);

}  // namespace tenon::cpu
