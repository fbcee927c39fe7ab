// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/formula/forms.h"
#include "plugins/backends/cpu/math/elements.h"
#include "plugins/backends/cpu/math/transfer.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// What a formula becomes for one box of the output: instructions over strips that stay in the first
// cache. Everything is decided here; running it reads no graph and allocates nothing. Immutable.
// [any thread]
namespace tenon::cpu {

constexpr size_t most_registers = 64;
constexpr int64_t strip_bytes = 24576;  // of all registers that a strip fills

// An index along the axes of the box: base + sum of steps[i] * position i.
struct StripWalk {
  int64_t base = 0;
  Steps steps = {};
};

struct StripInstruction {
  enum class Kind : uint8_t {
    step,    // registers a, b, c through `step`
    index,   // the walk as numbers
    direct,  // elements as they lie
    read,    // elements at the walk, plus `factor` times what register a holds
    gather,  // elements at the indexes in register a
  } kind = Kind::step;
  bool single = false;  // one element for the whole strip
  bool fixed = false;   // the same in all strips of the same columns
  uint8_t bytes = 0;    // of an element in memory
  uint16_t out = 0;
  uint16_t a = 0;
  uint16_t b = 0;
  uint16_t c = 0;
  uint16_t walk = 0;
  uint16_t operand = 0;
  bool is_varying = false;
  int64_t factor = 0;
  int64_t elements = 0;  // of the operand
  StripStep step = nullptr;
  ReadStrip read = nullptr;
  GatherStrip gather = nullptr;
};

struct StripRegister {
  enum class Kind : uint8_t { number, slot, direct, result } kind = Kind::slot;
  uint32_t place = 0;
};

struct StripCode {
  size_t rank = 2;      // a strip is a rectangle on the last two axes
  size_t row_rank = 1;  // of the axes that were kept apart
  Steps extents = {};
  int64_t rows = 1;
  int64_t columns = 1;
  std::vector<StripWalk> walks;  // the first is the output's
  std::vector<StripInstruction> instructions;
  std::vector<int64_t> numbers;
  std::vector<StripRegister> registers;
  int64_t slot_bytes = 0;
  uint16_t result = 0;
  bool writes = false;  // the result is rounded or scattered to its place by `write`
  WriteStrip write = nullptr;
  uint8_t result_bytes = 0;

  int64_t row_strips() const { return (extents[rank - 2] + rows - 1) / rows; }
  int64_t column_strips() const { return (extents[rank - 1] + columns - 1) / columns; }
  int64_t strips() const;
};

struct StripSizes {
  std::span<const int64_t> dims;  // of the output
  std::span<const int64_t> symbols;
  std::vector<int64_t> elements;  // of each operand
};

// row_axes: that many leading axes of the output stay apart from the others, -1: any may merge.
// Unsupported for what is too large for strips.
Result<StripCode> compile_strips(const FormulaRows& formula, const Box& box,
                                 const StripSizes& sizes, int64_t row_axes = -1);

}  // namespace tenon::cpu
