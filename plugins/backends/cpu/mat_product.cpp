// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/mat_product.h"

#include "plugins/backends/cpu/math/tile_product.h"

namespace tenon::cpu {
namespace {

// Rows of a lie far apart, often a multiple of a cache's period: a way for each.
constexpr int64_t most_rows = 8;
// With fewer tiles than this a panel of b is not worth packing.
constexpr int64_t packing_tiles = 3;

}  // namespace

std::vector<float> pack_columns(const float* b, int64_t inner, int64_t columns, bool turned) {
  const TileProduct& math = tile_product();
  std::vector<float> packed(static_cast<size_t>(round_up(columns, math.columns) * inner));
  for (int64_t first = 0; first < columns; first += math.columns) {
    const int64_t count = std::min(math.columns, columns - first);
    float* const to = packed.data() + first * inner;
    if (turned) {
      math.transpose(b + first * inner, inner, count, inner, to, math.columns);
    } else {
      math.panel(b + first, columns, inner, count, to);
    }
  }
  return packed;
}

MatProduct::MatProduct(int64_t rows, int64_t inner, int64_t columns, int64_t count, bool turned)
    : rows_(rows),
      inner_(inner),
      columns_(columns),
      count_(count),
      turned_(turned),
      tiles_(Split::of_at_most(rows, std::min(most_rows, tile_product().rows))),
      panels_(divide_up(columns, tile_product().columns)) {
  const double one = static_cast<double>(rows * columns) * static_cast<double>(inner);
  const double work = chunk_products(one * static_cast<double>(count));
  if (one < 1.5 * work) {
    chunk_products_ = std::max<int64_t>(1, static_cast<int64_t>(work / std::max(one, 1.0)));
    return;
  }
  const auto parts = static_cast<int64_t>(one / work) + 1;
  panel_parts_ = std::min(parts, panels_);
  row_parts_ = std::clamp<int64_t>(divide_up(parts, panel_parts_), 1, tiles_.parts);
}

int64_t MatProduct::chunks() const {
  if (rows_ == 0 || columns_ == 0) return 0;
  return divide_up(count_, chunk_products_) * row_parts_ * panel_parts_;
}

int64_t MatProduct::scratch_floats() const { return inner_ * tile_product().columns; }

MatProduct::Place MatProduct::place_of(int64_t part) const {
  const Split panels = {panels_, panel_parts_}, tiles = {tiles_.parts, row_parts_};
  const int64_t row = tiles_.begin(tiles.begin(part / panel_parts_));
  const int64_t column = panels.begin(part % panel_parts_) * tile_product().columns;
  const int64_t end = panels.begin(part % panel_parts_ + 1) * tile_product().columns;
  return {.row = row,
          .rows = tiles_.begin(tiles.begin(part / panel_parts_ + 1)) - row,
          .column = column,
          .columns = std::min(end, columns_) - column};
}

void MatProduct::run(const MatOperands& operands, int64_t part) const {
  const Split panels = {panels_, panel_parts_}, tiles = {tiles_.parts, row_parts_};
  const int64_t panel_part = part % panel_parts_, row_part = part / panel_parts_;
  const int64_t tile = tiles.begin(row_part), last_tile = tiles.begin(row_part + 1);
  for (int64_t i = panels.begin(panel_part); i < panels.begin(panel_part + 1); ++i) {
    run_panel(operands, i, tile, last_tile);
  }
  if (!operands.finish.wants_long_rows()) return;
  const Place place = place_of(part);
  operands.finish(operands.c + place.row * columns_ + place.column, columns_,
                  operands.first_row + place.row, place.rows, place.column, place.columns);
}

void MatProduct::run_panel(const MatOperands& operands, int64_t panel, int64_t tile,
                           int64_t last_tile) const {
  const TileProduct& math = tile_product();
  const int64_t column = panel * math.columns;
  const int64_t columns = std::min(math.columns, columns_ - column);
  ProductTile t = {.columns = columns,
                   .inner = inner_,
                   .a_row = inner_,
                   .a_step = 1,
                   .b = operands.scratch,
                   .b_row = math.columns,
                   .c_row = columns_,
                   .accumulate = operands.accumulate};
  if (operands.packed != nullptr) {
    t.b = operands.packed + column * inner_;
  } else if (turned_) {
    math.transpose(operands.b + column * inner_, inner_, columns, inner_, operands.scratch,
                   math.columns);
  } else if (columns == math.columns && last_tile - tile < packing_tiles) {
    t.b = operands.b + column;
    t.b_row = columns_;
  } else {
    math.panel(operands.b + column, columns_, inner_, columns, operands.scratch);
  }
  for (int64_t i = tile; i < last_tile; ++i) {
    const int64_t row = tiles_.begin(i);
    t.rows = tiles_.count(i);
    t.a = operands.a + row * inner_;
    t.c = operands.c + row * columns_ + column;
    if (operands.packed != nullptr) {
      t.ahead = line_ahead(t.b + math.columns * inner_, math.columns, i - tile);
    }
    if (operands.finish.is_quick()) operands.finish.give(t, operands.first_row + row, column);
    math.tile(t);
  }
}

}  // namespace tenon::cpu
