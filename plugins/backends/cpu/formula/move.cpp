// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/formula/move.h"

#include "plugins/backends/cpu/math/copies.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace tenon::cpu {
namespace {

constexpr int64_t unit_elements = 4096;

// Exchanges two axes.
void exchange(MoveCode& move, size_t a, size_t b) {
  std::swap(move.extents[a], move.extents[b]);
  std::swap(move.from.steps[a], move.from.steps[b]);
  std::swap(move.to.steps[a], move.to.steps[b]);
}

// A long row is cut into rows of a matrix, so that it falls into units.
void cut_long_row(MoveCode& move) {
  const size_t columns = move.rank - 1, rows = move.rank - 2;
  int64_t& length = move.extents[columns];
  if (move.extents[rows] != 1 || length < 2 * unit_elements) return;
  for (int64_t part = unit_elements; part >= 512; part /= 2) {
    if (length % part != 0) continue;
    move.extents[rows] = length / part;
    length = part;
    move.from.steps[rows] = move.to.steps[rows] = part;
    return;
  }
}

}  // namespace

int64_t MoveCode::units() const {
  int64_t count = row_units();
  for (size_t i = 0; i + 2 < rank; ++i) count *= extents[i];
  return count;
}

std::optional<MoveCode> find_move(const FormulaRows& formula, const StripCode& code) {
  using Kind = StripInstruction::Kind;
  if (code.instructions.size() != 1) return {};
  const StripInstruction& only = code.instructions[0];
  const bool loads = (only.kind == Kind::direct || only.kind == Kind::read) && !only.is_varying;
  if (!loads || formula.operands[only.operand] != formula.result) return {};
  MoveCode move{.rank = code.rank,
                .extents = code.extents,
                .from = code.walks[only.walk],
                .to = code.walks[0],
                .operand = only.operand,
                .width = static_cast<uint8_t>(std::countr_zero(only.bytes))};
  const size_t last = move.rank - 1;
  if (move.to.steps[last] != 1) return {};
  if (move.from.steps[last] == 1) {
    cut_long_row(move);
  } else {
    // The axis that lies together in the operand becomes the matrix's rows.
    size_t axis = 0;
    while (axis < last && (move.from.steps[axis] != 1 || move.extents[axis] == 1)) ++axis;
    if (axis == last) return {};
    exchange(move, axis, last - 1);
    move.is_turned = true;
  }
  move.block = std::clamp<int64_t>(unit_elements / move.extents[last], 1, move.extents[last - 1]);
  if (move.is_turned) move.block = std::min((move.block + 15) / 16 * 16, move.extents[last - 1]);
  return move;
}

void run_move(const MoveCode& code, const StripPlaces& places, int64_t begin, int64_t end) {
  const size_t rows = code.rank - 2, columns = code.rank - 1;
  const auto compute = code.is_turned ? copies().turned[code.width] : copies().rows[code.width];
  const int64_t from_stride = code.is_turned ? code.from.steps[columns] : code.from.steps[rows];
  const int64_t row_units = code.row_units();
  for (int64_t unit = begin; unit < end; ++unit) {
    const int64_t row = unit % row_units * code.block;
    int64_t from = code.from.base + row * code.from.steps[rows];
    int64_t to = code.to.base + row * code.to.steps[rows];
    int64_t outer = unit / row_units;
    for (size_t d = rows; d-- > 0; outer /= code.extents[d]) {
      const int64_t position = outer % code.extents[d];
      from += position * code.from.steps[d];
      to += position * code.to.steps[d];
    }
    compute(places.operands[code.operand] + (from << code.width), from_stride,
            places.result + (to << code.width), code.to.steps[rows],
            std::min(code.block, code.extents[rows] - row), code.extents[columns]);
  }
}

}  // namespace tenon::cpu
