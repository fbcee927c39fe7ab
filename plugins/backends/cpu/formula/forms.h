// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/formula/rows.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

// What the rows of a formula are in a part of the output, as far as that can be known before it
// runs: numbers, and indexes that are sums of positions times steps. Conditions on positions split
// the output into boxes in which they are settled: so Concat, Pad and Slice become plain loads.
// [any thread]
namespace tenon::cpu {

constexpr size_t most_axes = 10;  // of a box
using Steps = std::array<int64_t, most_axes>;

// A part of the output. The coordinate on axis d of the output is first[d] plus scale times the
// position on each of its axes of the box: an axis that is cut into blocks is two.
struct Box {
  struct Axis {
    int64_t extent = 1;
    size_t axis = 0;
    int64_t scale = 1;
  };
  std::vector<Axis> axes;
  std::vector<int64_t> first;
};

// The whole output.
Box whole_box(std::span<const int64_t> dims);

// number: `base` as fold() gives it. walk: base + sum of steps[i] * position i + factor * the
// value of row `varying`, of type i64.
struct Form {
  enum class Kind : uint8_t { none, number, walk } kind = Kind::none;
  int64_t base = 0;
  Steps steps = {};
  int32_t varying = -1;
  int64_t factor = 0;
};

// Where a box falls into two (position on an axis), or how an axis falls into blocks.
struct Cut {
  size_t axis = 0;
  int64_t at = 0;
  bool into_blocks = false;
};

struct Forms {
  std::vector<Form> of;        // each row
  std::vector<int32_t> is;     // the row that each row is the same as in this box
  std::vector<bool> demanded;  // rows whose values or elements are needed
  std::optional<Cut> cut;      // that would settle more
};

// dims: of the output; symbols: one value for each SYMBOL.
Forms find_forms(const FormulaRows& formula, const Box& box, std::span<const int64_t> dims,
                 std::span<const int64_t> symbols);

// Boxes that cover the output once, as settled as a limited number of cuts makes them.
std::vector<Box> split_output(const FormulaRows& formula, std::span<const int64_t> dims,
                              std::span<const int64_t> symbols);

// Least and greatest value of a walk without a varying row.
struct Interval {
  int64_t low;
  int64_t high;
};
std::optional<Interval> interval_of(const Form& form, const Box& box);

}  // namespace tenon::cpu
