// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/formula/run.h"

#include <algorithm>
#include <cstring>

namespace tenon::cpu {
namespace {

using Kind = StripInstruction::Kind;

class Runner {
 public:
  Runner(const StripCode& code, const StripPlaces& places) : code_(code), places_(places) {
    for (size_t i = 0; i < code.registers.size(); ++i) {
      const StripRegister& home = code.registers[i];
      if (home.kind == StripRegister::Kind::number) {
        at_[i] = reinterpret_cast<std::byte*>(const_cast<int64_t*>(&code.numbers[home.place]));
      } else if (home.kind == StripRegister::Kind::slot) {
        at_[i] = slots_ + home.place * static_cast<size_t>(code.slot_bytes);
      }
    }
  }

  // rows x columns elements from where the walks are: offsets[w] for walk w. same_columns: those
  // of the strip before.
  void strip(const int64_t* offsets, int64_t rows, int64_t columns, bool same_columns) {
    const int64_t count = rows * columns;
    if (!code_.writes) at_[code_.result] = places_.result + offsets[0] * code_.result_bytes;
    for (const StripInstruction& in : code_.instructions) {
      if (in.fixed && same_columns) continue;
      if (in.kind == Kind::step) {
        in.step(at_[in.out], at_[in.a], at_[in.b], at_[in.c], in.single ? 1 : count);
      } else {
        fetch(in, offsets[in.walk], in.single ? 1 : rows, in.single ? 1 : columns);
      }
    }
    if (!code_.writes) return;
    const StripWalk& out = code_.walks[0];
    code_.write(places_.result, offsets[0], out.steps[code_.rank - 2], out.steps[code_.rank - 1],
                rows, columns, at_[code_.result]);
  }

 private:
  void fetch(const StripInstruction& in, int64_t offset, int64_t rows, int64_t columns) {
    const StripWalk& walk = code_.walks[in.walk];
    const int64_t row_step = walk.steps[code_.rank - 2], step = walk.steps[code_.rank - 1];
    switch (in.kind) {
      case Kind::direct:
        at_[in.out] = const_cast<std::byte*>(places_.operands[in.operand]) + offset * in.bytes;
        break;
      case Kind::index:
        elements().index(offset, row_step, step, rows, columns,
                         reinterpret_cast<int64_t*>(at_[in.out]));
        break;
      case Kind::read:
        if (in.is_varying) {
          read_varying(in, offset, rows, columns);
        } else {
          in.read(places_.operands[in.operand], offset, row_step, step, rows, columns, at_[in.out]);
        }
        break;
      case Kind::gather:
        in.gather(places_.operands[in.operand], in.elements,
                  reinterpret_cast<const int64_t*>(at_[in.a]), rows * columns, at_[in.out]);
        break;
      case Kind::step:
        break;
    }
  }

  // Elements from a place that was computed. What lies outside reads as zero.
  void read_varying(const StripInstruction& in, int64_t offset, int64_t rows, int64_t columns) {
    const StripWalk& walk = code_.walks[in.walk];
    const int64_t row_step = walk.steps[code_.rank - 2], step = walk.steps[code_.rank - 1];
    int64_t moved = 0;
    std::memcpy(&moved, at_[in.a], sizeof moved);
    int64_t first = 0;
    const bool wraps = __builtin_mul_overflow(moved, in.factor, &first) ||
                       __builtin_add_overflow(first, offset, &first);
    const int64_t row_span = (rows - 1) * row_step, span = (columns - 1) * step;
    const int64_t below = std::min<int64_t>(row_span, 0) + std::min<int64_t>(span, 0);
    const int64_t above = std::max<int64_t>(row_span, 0) + std::max<int64_t>(span, 0);
    const void* data = places_.operands[in.operand];
    if (!wraps && first + below >= 0 && first < in.elements - above) {
      in.read(data, first, row_step, step, rows, columns, at_[in.out]);
      return;
    }
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t i = 0; i < columns; ++i) {
        const int64_t index = wraps ? -1 : first + r * row_step + i * step;
        std::byte cell[8];
        in.gather(data, in.elements, &index, 1, cell);
        const size_t width = type_of_register(in);
        std::memcpy(at_[in.out] + static_cast<size_t>(r * columns + i) * width, cell, width);
      }
    }
  }

  static size_t type_of_register(const StripInstruction& in) { return in.bytes == 8 ? 8 : 4; }

  const StripCode& code_;
  const StripPlaces& places_;
  std::byte* at_[most_registers];
  alignas(64) std::byte slots_[strip_bytes];
};

// The offsets of all walks, moved on from one place of the outer axes to the next.
class Walkers {
 public:
  Walkers(const StripCode& code, size_t axes) : code_(code), axes_(axes) {}

  // The first `axes` axes at number `at` of their positions in order.
  void start(int64_t at) {
    for (size_t w = 0; w < code_.walks.size(); ++w) offsets_[w] = code_.walks[w].base;
    for (size_t d = axes_; d-- > 0;) {
      position_[d] = at % code_.extents[d];
      at /= code_.extents[d];
      for (size_t w = 0; w < code_.walks.size(); ++w) {
        offsets_[w] += position_[d] * code_.walks[w].steps[d];
      }
    }
  }

  void next() {
    for (size_t d = axes_; d-- > 0;) {
      const bool carries = ++position_[d] == code_.extents[d];
      const int64_t moved = carries ? 1 - code_.extents[d] : 1;
      for (size_t w = 0; w < code_.walks.size(); ++w) {
        offsets_[w] += moved * code_.walks[w].steps[d];
      }
      if (!carries) return;
      position_[d] = 0;
    }
  }

  // Offsets from here: `row` and `column` further on the two axes behind the outer ones.
  const int64_t* at(int64_t row, int64_t column) {
    for (size_t w = 0; w < code_.walks.size(); ++w) {
      const Steps& steps = code_.walks[w].steps;
      moved_[w] = offsets_[w] + row * steps[code_.rank - 2] + column * steps[code_.rank - 1];
    }
    return moved_;
  }
  const int64_t* at_column(int64_t column) {
    for (size_t w = 0; w < code_.walks.size(); ++w) {
      moved_[w] = offsets_[w] + column * code_.walks[w].steps[code_.rank - 1];
    }
    return moved_;
  }

 private:
  const StripCode& code_;
  size_t axes_;
  int64_t position_[most_axes] = {};
  int64_t offsets_[most_registers];
  int64_t moved_[most_registers];
};

}  // namespace

void run_strips(const StripCode& code, const StripPlaces& places, int64_t begin, int64_t end) {
  Runner runner(code, places);
  Walkers walkers(code, code.rank - 2);
  const int64_t row_strips = code.row_strips(), column_strips = code.column_strips();
  const int64_t in_plane = row_strips * column_strips;
  walkers.start(begin / in_plane);
  int64_t strip = begin % in_plane;
  int64_t row = strip / column_strips, column = strip % column_strips;
  for (int64_t i = begin; i < end; ++i) {
    const int64_t first_row = row * code.rows, first_column = column * code.columns;
    const int64_t rows = std::min(code.rows, code.extents[code.rank - 2] - first_row);
    const int64_t columns = std::min(code.columns, code.extents[code.rank - 1] - first_column);
    runner.strip(walkers.at(first_row, first_column), rows, columns,
                 column_strips == 1 && i > begin);
    if (++column < column_strips) continue;
    column = 0;
    if (++row < row_strips) continue;
    row = 0;
    walkers.next();
  }
}

void run_tile(const StripCode& code, const StripPlaces& places, const StripTile& tile) {
  StripPlaces own = places;
  Runner runner(code, own);
  Walkers walkers(code, code.rank - 1);
  int64_t outer = 1;  // positions of the columns' axes but the last
  for (size_t d = code.row_rank; d + 1 < code.rank; ++d) outer *= code.extents[d];
  const int64_t inner = code.extents[code.rank - 1];
  const int64_t end = tile.first_column + tile.columns;
  for (int64_t r = 0; r < tile.rows; ++r) {
    const float* const from = tile.data + r * tile.stride - tile.first_column;
    int64_t column = tile.first_column;
    int64_t at = column % inner;
    if (r > 0 && outer == 1) {
      walkers.next();
    } else {
      walkers.start((tile.first_row + r) * outer + column / inner);
    }
    while (true) {
      const int64_t columns = std::min({code.columns, inner - at, end - column});
      own.operands[0] = reinterpret_cast<const std::byte*>(from + (column - at));
      runner.strip(walkers.at_column(at), 1, columns, false);
      column += columns;
      at += columns;
      if (column == end) break;
      if (at < inner) continue;
      at = 0;
      walkers.next();
    }
  }
}

}  // namespace tenon::cpu
