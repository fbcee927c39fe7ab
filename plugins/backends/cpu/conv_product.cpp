// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/conv_product.h"

#include "plugins/backends/cpu/math/tile_product.h"

namespace tenon::cpu {
namespace {

using ConvForm = ConvWeights::Form;

constexpr int64_t block_floats = 192 * 1024;  // of patches that stay in the second cache
constexpr int64_t fill_floats = 64 * 1024;    // that are worth a chunk
constexpr int64_t store_cost = 10;            // of a vector that is turned, in multiply-adds

}  // namespace

int64_t ConvWeights::packed_floats() const {
  return form == ConvForm::channels_are_rows ? channels * inner
                                             : round_up(channels, tile_product().columns) * inner;
}

void ConvWeights::pack(std::span<const float> weights, int64_t positions) {
  const TileProduct& math = tile_product();
  const int64_t as_columns = round_up(positions, math.width) * channels * inner;
  const int64_t as_rows = positions * round_up(channels, math.width) * (inner + store_cost);
  form = as_rows < as_columns ? ConvForm::channels_are_columns : ConvForm::channels_are_rows;
  packed.assign(static_cast<size_t>(groups * packed_floats() + math.columns), 0.0F);
  const bool rows = form == ConvForm::channels_are_rows;
  const Split cut = rows ? Split::of_at_most(channels, math.rows) : Split{channels, 1};
  for (int64_t group = 0; group < groups; ++group) {
    const float* const from = weights.data() + group * channels * inner;
    float* const to = packed.data() + group * packed_floats();
    for (int64_t tile = 0; rows && tile < cut.parts; ++tile) {
      math.transpose(from + cut.begin(tile) * inner, inner, cut.count(tile), inner,
                     to + cut.begin(tile) * inner, cut.count(tile));
    }
    for (int64_t first = 0; !rows && first < channels; first += math.columns) {
      math.transpose(from + first * inner, inner, std::min(math.columns, channels - first), inner,
                     to + first * inner, math.columns);
    }
  }
}

ConvProduct::ConvProduct(const ConvWeights& weights, const reference::Window& window,
                         int64_t images)
    : patches_(window),
      form_(weights.form),
      units_(images * weights.groups),
      groups_(weights.groups),
      channels_(weights.channels),
      inner_(weights.inner),
      positions_(patches_.positions()) {
  const TileProduct& math = tile_product();
  const bool rows = form_ == ConvForm::channels_are_rows;
  tiles_ = Split::of_at_most(rows ? channels_ : positions_, math.rows);
  panels_ = divide_up(rows ? positions_ : channels_, math.columns);
  const int64_t in_channels = inner_ / patches_.taps();
  row_ = rows ? math.columns : positions_ + math.width;
  block_ = std::clamp<int64_t>(block_floats / std::max<int64_t>(row_, 1) / patches_.taps(), 1,
                               std::max<int64_t>(in_channels, 1));
  divide();
  shared_ = !rows && !patches_.direct() && panel_parts_ > 1;
  fills_ = {in_channels, std::clamp<int64_t>(in_channels * patches_.taps() * row_ / fill_floats, 1,
                                             std::max<int64_t>(in_channels, 1))};
}

void ConvProduct::divide() {
  const double unit = static_cast<double>(positions_ * channels_) * static_cast<double>(inner_);
  const double work = chunk_products(unit * static_cast<double>(units_));
  if (unit < 1.5 * work) {
    chunk_units_ = std::max<int64_t>(1, static_cast<int64_t>(work / std::max(unit, 1.0)));
    return;
  }
  const auto parts = static_cast<int64_t>(unit / work) + 1;
  if (form_ == ConvForm::channels_are_rows) {
    panel_parts_ = std::min(parts, panels_);
    tile_parts_ =
        std::clamp<int64_t>(parts / panel_parts_, 1, std::max<int64_t>(tiles_.parts / 3, 1));
  } else {
    panel_parts_ = std::min(parts, panels_);
  }
}

int64_t ConvProduct::chunks() const {
  if (positions_ == 0 || channels_ == 0) return 0;
  return divide_up(units_, chunk_units_) * tile_parts_ * panel_parts_;
}

int64_t ConvProduct::scratch_floats() const {
  const TileProduct& math = tile_product();
  const int64_t columns = divide_up(panels_, panel_parts_) * math.columns;
  const int64_t filled = block_ * patches_.taps() * row_ + math.columns;
  const int64_t in_channels = inner_ / patches_.taps();
  if (form_ == ConvForm::channels_are_rows) {
    return filled + patches_.band_floats(in_channels, std::min(columns, positions_));
  }
  return positions_ * columns + filled + patches_.band_floats(in_channels, positions_);
}

Patches::Piece ConvProduct::piece_of(const ConvOperands& operands, int64_t unit) const {
  const int64_t in_channels = inner_ / patches_.taps();
  return {.input = operands.input + unit * in_channels * patches_.in_plane(),
          .channels = in_channels};
}

void ConvProduct::run(const ConvWeights& weights, const ConvOperands& operands,
                      int64_t chunk) const {
  const Split panels = {panels_, panel_parts_}, tiles = {tiles_.parts, tile_parts_};
  const int64_t panel_part = chunk % panel_parts_;
  const int64_t tile_part = chunk / panel_parts_ % tile_parts_;
  const int64_t first = chunk / panel_parts_ / tile_parts_ * chunk_units_;
  for (int64_t unit = first; unit < std::min(first + chunk_units_, units_); ++unit) {
    const Part part = {.unit = unit,
                       .tile = tiles.begin(tile_part),
                       .last_tile = tiles.begin(tile_part + 1),
                       .panel = panels.begin(panel_part),
                       .last_panel = panels.begin(panel_part + 1)};
    if (form_ == ConvForm::channels_are_rows) {
      run_rows(weights, operands, part);
    } else {
      run_columns(weights, operands, part);
    }
  }
}

void ConvProduct::run_rows(const ConvWeights& weights, const ConvOperands& operands,
                           const Part& part) const {
  const TileProduct& math = tile_product();
  Patches::Piece piece = piece_of(operands, part.unit);
  const int64_t end = std::min(part.last_panel * math.columns, positions_);
  piece.column = part.panel * math.columns;
  piece.columns = end - piece.column;
  float* const memory = operands.scratch + block_ * patches_.taps() * math.columns + math.columns;
  const Patches::Band band = patches_.make_band(piece, memory);
  piece.to = operands.scratch;
  piece.to_row = math.columns;
  for (; piece.column < end; piece.column += math.columns) {
    piece.columns = std::min(math.columns, end - piece.column);
    run_panel(weights, operands, part, piece, band);
  }
  if (!operands.finish.wants_long_rows()) return;
  const int64_t first = part.panel * math.columns;
  finish_rows(operands, part, first, end - first);
}

void ConvProduct::run_panel(const ConvWeights& weights, const ConvOperands& operands,
                            const Part& part, const Patches::Piece& piece,
                            const Patches::Band& band) const {
  const TileProduct& math = tile_product();
  const int64_t group = part.unit % groups_;
  const int64_t first = part.unit * channels_;
  const bool packed = !weights.packed.empty();
  const float* const a = packed ? weights.packed.data() + group * weights.packed_floats()
                                : operands.weights + group * channels_ * inner_;
  const bool in_place = patches_.direct() && piece.columns == math.columns &&
                        (part.last_tile - part.tile < 4 || !rows_collide(positions_));
  for (int64_t channel = 0; channel == 0 || channel < piece.channels; channel += block_) {
    Patches::Piece block = piece;
    block.channels = std::min(block_, piece.channels - channel);
    block.input += channel * patches_.in_plane();
    if (patches_.direct() && !in_place) {
      math.panel(block.input + piece.column, positions_, block.channels, piece.columns, block.to);
    } else if (!patches_.direct()) {
      patches_.fill(block, math.columns, band.from_channel(channel));
    }
    ProductTile tile = {.columns = piece.columns,
                        .inner = block.channels * patches_.taps(),
                        .b = in_place ? block.input + piece.column : block.to,
                        .b_row = in_place ? positions_ : math.columns,
                        .c_row = positions_,
                        .accumulate = channel > 0};
    for (int64_t i = part.tile; i < part.last_tile; ++i) {
      const int64_t row = tiles_.begin(i);
      tile.rows = tiles_.count(i);
      tile.a_row = packed ? 1 : inner_;
      tile.a_step = packed ? tile.rows : 1;
      tile.a = a + row * inner_ + channel * patches_.taps() * tile.a_step;
      tile.c = operands.output + (first + row) * positions_ + piece.column;
      tile.ahead =
          in_place ? line_ahead(tile.b + math.columns, math.columns, i - part.tile) : nullptr;
      if (operands.finish.is_quick() && channel + block_ >= piece.channels) {
        operands.finish.give(tile, first + row, piece.column);
      }
      tile.bias = operands.bias == nullptr ? nullptr : operands.bias + group * channels_ + row;
      math.tile(tile);
    }
  }
}

void ConvProduct::finish_rows(const ConvOperands& operands, const Part& part, int64_t column,
                              int64_t columns) const {
  const int64_t row = part.unit * channels_ + tiles_.begin(part.tile);
  operands.finish(operands.output + row * positions_ + column, positions_, row,
                  tiles_.begin(part.last_tile) - tiles_.begin(part.tile), column, columns);
}

void ConvProduct::fill(const ConvOperands& operands, int64_t chunk) const {
  const int64_t unit = chunk / fills_.parts, part = chunk % fills_.parts;
  const int64_t channel = fills_.begin(part);
  Patches::Piece piece = piece_of(operands, unit);
  piece.channels = fills_.count(part);
  piece.input += channel * patches_.in_plane();
  piece.columns = positions_;
  piece.to = operands.shared + (unit * inner_ + channel * patches_.taps()) * row_;
  piece.to_row = row_;
  patches_.fill(piece, tile_product().columns, patches_.make_band(piece, operands.scratch));
}

int64_t ConvProduct::part_channels(const Part& part) const {
  const int64_t columns = tile_product().columns;
  return std::min(part.last_panel * columns, channels_) - part.panel * columns;
}

void ConvProduct::run_columns(const ConvWeights& weights, const ConvOperands& operands,
                              const Part& part) const {
  const TileProduct& math = tile_product();
  const int64_t channels = part_channels(part), row = round_up(channels, math.columns);
  const bool biased = operands.bias != nullptr;
  float* const sums = operands.scratch;
  for (int64_t i = 0; biased && i < positions_; ++i) {
    const int64_t first = part.unit % groups_ * channels_ + part.panel * math.columns;
    std::copy_n(operands.bias + first, channels, sums + i * row);
  }
  Patches::Piece piece = piece_of(operands, part.unit);
  piece.columns = positions_;
  piece.to_row = patches_.direct() ? positions_ : row_;
  if (shared_ || patches_.direct()) {
    piece.to =
        shared_ ? operands.shared + part.unit * inner_ * row_ : const_cast<float*>(piece.input);
    multiply_columns(weights, part, piece, 0, sums, biased);
    return store_columns(operands, part, sums);
  }
  piece.to = sums + positions_ * divide_up(panels_, panel_parts_) * math.columns;
  const Patches::Band band =
      patches_.make_band(piece, piece.to + block_ * patches_.taps() * row_ + math.columns);
  for (int64_t channel = 0; channel == 0 || channel < piece.channels; channel += block_) {
    Patches::Piece block = piece;
    block.channels = std::min(block_, piece.channels - channel);
    block.input += channel * patches_.in_plane();
    patches_.fill(block, math.columns, band.from_channel(channel));
    multiply_columns(weights, part, block, channel, sums, biased || channel > 0);
  }
  store_columns(operands, part, sums);
}

// Adds to sums[position][channel] what the block's patches give, its first channel being `channel`.
void ConvProduct::multiply_columns(const ConvWeights& weights, const Part& part,
                                   const Patches::Piece& block, int64_t channel, float* sums,
                                   bool accumulate) const {
  const TileProduct& math = tile_product();
  const int64_t channels = part_channels(part), row = round_up(channels, math.columns);
  const float* const b = weights.packed.data() + part.unit % groups_ * weights.packed_floats() +
                         part.panel * math.columns * inner_;
  ProductTile tile = {.inner = block.channels * patches_.taps(),
                      .a_step = block.to_row,
                      .b_row = math.columns,
                      .c_row = row,
                      .accumulate = accumulate};
  for (int64_t column = 0; column < channels; column += math.columns) {
    tile.columns = std::min(math.columns, channels - column);
    tile.b = b + column * inner_ + channel * patches_.taps() * math.columns;
    for (int64_t i = 0; i < tiles_.parts; ++i) {
      tile.rows = tiles_.count(i);
      tile.a = block.to + tiles_.begin(i);
      tile.ahead = line_ahead(tile.b + math.columns * inner_, math.columns, i);
      tile.c = sums + tiles_.begin(i) * row + column;
      math.tile(tile);
    }
  }
}

void ConvProduct::store_columns(const ConvOperands& operands, const Part& part,
                                const float* sums) const {
  const TileProduct& math = tile_product();
  const int64_t channels = part_channels(part);
  const int64_t row = part.unit * channels_ + part.panel * math.columns;
  float* const to = operands.output + row * positions_;
  math.transpose(sums, round_up(channels, math.columns), positions_, channels, to, positions_);
  operands.finish(to, positions_, row, channels, 0, positions_);
}

}  // namespace tenon::cpu
