// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/int8_product.h"

#include "plugins/backends/cpu/constants.h"
#include "plugins/backends/reference/reference.h"

#include <algorithm>
#include <cstring>

namespace tenon::cpu {
namespace {

using reference::Scratch;

constexpr int64_t chunk_rows = 64;
constexpr int64_t alignment = 64;

int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

class Product {
 public:
  Product(const Int8ProductOperands& o, std::span<std::byte> bytes, int64_t chunk)
      : o_(o), w_(*o.weights), gemm_(int8_gemm()), quads_(divide_up(w_.inner, 4)) {
    Scratch scratch(bytes);
    sums_ = scratch.take<int32_t>(gemm_.tile_rows * gemm_.tile_lanes);
    lane_add_ = scratch.take<int32_t>(gemm_.tile_lanes);
    lane_scale_ = scratch.take<float>(gemm_.tile_lanes);
    factors_ = scratch.take<int32_t>(chunk_rows);
    blocks_ = scratch.take<uint8_t>(chunk_rows * quads_ * 4);
    const int64_t part = chunk % o.shape->parts;
    row_ = chunk / o.shape->parts * chunk_rows;
    rows_ = std::min(chunk_rows, o.shape->rows - row_);
    panel_ = part * o.shape->chunk_panels;
    last_panel_ = std::min(panel_ + o.shape->chunk_panels, static_cast<int64_t>(w_.places.size()));
  }

  void run() {
    for (int64_t r = 0; r < rows_; r += gemm_.tile_rows) {
      gemm_.pack_rows({.data = o_.rows + (row_ + r) * w_.inner,
                       .stride = w_.inner,
                       .rows = std::min(gemm_.tile_rows, rows_ - r),
                       .columns = w_.inner,
                       .flip = o_.flip},
                      blocks_ + r * quads_ * 4, w_.has_zeros ? factors_ + r : nullptr);
    }
    for (int64_t r = 0; r < rows_ && w_.has_zeros; ++r) factors_[r] = -factors_[r];
    for (int64_t panel = panel_; panel < last_panel_; ++panel) run_panel(panel);
  }

 private:
  void run_panel(int64_t panel) {
    const int64_t column = panel * gemm_.tile_lanes;
    for (int64_t i = 0; i < gemm_.tile_lanes; ++i) {
      const auto at = static_cast<size_t>(column + i);
      const int64_t of_rows = w_.inner * o_.zero * w_.zeros[at];
      const int64_t bias = o_.bias != nullptr ? o_.bias[at] : 0;
      lane_add_[i] = static_cast<int32_t>(bias + of_rows - int64_t{o_.zero} * w_.totals[at]);
      if (o_.scales != nullptr) lane_scale_[i] = o_.scales[at] * o_.factor;
    }
    for (int64_t r = 0; r < rows_; r += gemm_.tile_rows) {
      const Int8Tile tile = {.rows = blocks_ + r * quads_ * 4,
                             .lanes = w_.panels.data() + w_.places[static_cast<size_t>(panel)],
                             .row_count = std::min(gemm_.tile_rows, rows_ - r),
                             .lane_count = std::min(gemm_.tile_lanes, w_.columns - column),
                             .groups = quads_,
                             .lane_add = lane_add_,
                             .row_factor = w_.has_zeros ? factors_ + r : nullptr,
                             .lane_factor = w_.zeros.data() + column,
                             .sums = sums_};
      gemm_.unsigned_rows(tile);
      store(tile, (row_ + r) * w_.columns + column, column);
    }
  }

  void store(const Int8Tile& tile, int64_t place, int64_t column) const {
    if (o_.bytes != nullptr) {
      Int8Requantize how = o_.how;
      how.lane_scale = lane_scale_;
      return gemm_.requantize(tile, how, o_.bytes + place, w_.columns);
    }
    if (o_.reals != nullptr) {
      const float* const add = o_.add != nullptr ? o_.add + column : nullptr;
      return gemm_.to_reals(tile, lane_scale_, add, o_.reals + place, w_.columns);
    }
    for (int64_t r = 0; r < tile.row_count; ++r) {
      std::memcpy(o_.sums + place + r * w_.columns, tile.sums + r * gemm_.tile_lanes,
                  static_cast<size_t>(tile.lane_count) * 4);
    }
  }

  const Int8ProductOperands& o_;
  const Int8Weights& w_;
  const Int8Gemm& gemm_;
  int64_t quads_;
  int64_t row_, rows_;
  int64_t panel_, last_panel_;
  int32_t* sums_;      // of one tile
  int32_t* lane_add_;  // of one panel
  float* lane_scale_;  // of one panel
  int32_t* factors_;   // by row: minus the sum of its bytes
  uint8_t* blocks_;    // packed rows
};

}  // namespace

Result<Int8Weights> pack_weights(const NodeView& node, size_t input, bool is_turned,
                                 std::span<const std::byte> bytes,
                                 std::span<const std::byte> zeros) {
  const Int8Gemm& gemm = int8_gemm();
  const std::span<const tenon_dim> dims = node.input_dims(input);
  Int8Weights w;
  w.inner = dims[is_turned ? 1 : 0];
  w.columns = dims[is_turned ? 0 : 1];
  if (static_cast<int64_t>(bytes.size()) != w.inner * w.columns) {
    return invalid("{} bytes of weights for {} x {}", bytes.size(), w.inner, w.columns);
  }
  if (zeros.size() > 1 && static_cast<int64_t>(zeros.size()) != w.columns) {
    return invalid("{} zero points for {} columns", zeros.size(), w.columns);
  }
  const bool is_unsigned = node.input_dtype(input) == DType::u8;
  const auto flip = static_cast<uint8_t>(is_unsigned ? 128 : 0);
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  std::vector<uint8_t> turned(is_turned ? bytes.size() : 0);
  for (int64_t n = 0; n < w.columns && is_turned; ++n) {
    for (int64_t k = 0; k < w.inner; ++k) {
      turned[static_cast<size_t>(k * w.columns + n)] = data[n * w.inner + k];
    }
  }
  if (is_turned) data = turned.data();
  const int64_t quads = divide_up(w.inner, 4);
  const int64_t panels = divide_up(w.columns, gemm.tile_lanes);
  w.zeros.resize(static_cast<size_t>(panels * gemm.tile_lanes));
  w.totals.resize(w.zeros.size());
  for (int64_t n = 0; n < w.columns; ++n) {
    const auto byte =
        zeros.empty() ? uint8_t{0}
                      : static_cast<uint8_t>(zeros[zeros.size() == 1 ? 0 : static_cast<size_t>(n)]);
    w.zeros[static_cast<size_t>(n)] = static_cast<int8_t>(byte ^ flip);
  }
  w.has_zeros = std::ranges::any_of(w.zeros, [](int32_t zero) { return zero != 0; });
  for (int64_t panel = 0; panel < panels; ++panel) {
    const int64_t column = panel * gemm.tile_lanes;
    const int64_t count = std::min(gemm.tile_lanes, w.columns - column);
    const int64_t size = divide_up(gemm.panel_bytes(count, quads), alignment) * alignment;
    w.places.push_back(w.panels.size());
    w.panels.resize(w.panels.size() + static_cast<size_t>(size));
    uint8_t* const to = w.panels.data() + w.places.back();
    gemm.pack_lanes({.data = data + column,
                     .stride = w.columns,
                     .rows = w.inner,
                     .columns = count,
                     .flip = flip},
                    to);
    gemm.total_signed(to, count, quads, w.totals.data() + column);
  }
  return w;
}

Status has_constant_weights(const NodeView& node, size_t weights, size_t zeros) {
  if (!is_constant(node, weights)) return unsupported("weights may change");
  if (node.input_rank(weights) != 2) {
    return unsupported("weights of rank {}, expected 2", node.input_rank(weights));
  }
  if (node.has_input(zeros) && !is_constant(node, zeros)) {
    return unsupported("the zero points of the weights may change");
  }
  if (node.input_rank(0) < 2) return unsupported("a vector on the left");
  return {};
}

Result<KernelWork> shape_product(std::span<const int64_t> left, const Int8Weights& weights) {
  if (left.empty() || left.back() != weights.inner) {
    return invalid("rows do not fit weights of {} x {}", weights.inner, weights.columns);
  }
  const Int8Gemm& gemm = int8_gemm();
  Int8ProductShape s;
  s.rows = 1;
  for (const int64_t extent : left.first(left.size() - 1)) s.rows *= extent;
  // About eight chunks or more, each of a million products at least.
  const auto panels = static_cast<int64_t>(weights.places.size());
  const int64_t row_chunks = divide_up(s.rows, chunk_rows);
  const int64_t of_a_panel = std::clamp<int64_t>(s.rows, 1, chunk_rows) *
                             std::max<int64_t>(weights.inner, 1) * gemm.tile_lanes;
  const int64_t least = divide_up(int64_t{1} << 20, of_a_panel);
  const int64_t wanted = divide_up(panels * std::max<int64_t>(row_chunks, 1), 8);
  s.chunk_panels = std::clamp<int64_t>(std::max(least, wanted), 1, std::max<int64_t>(panels, 1));
  s.parts = divide_up(panels, s.chunk_panels);
  const int64_t quads = divide_up(weights.inner, 4);
  const int64_t scratch =
      4 * (gemm.tile_rows + 2) * gemm.tile_lanes + 4 * chunk_rows + chunk_rows * quads * 4;
  return KernelWork{.chunks = row_chunks * s.parts, .scratch = scratch, .block = keep(s)};
}

void run_product(const Int8ProductOperands& operands, std::span<std::byte> scratch, int64_t chunk) {
  Product(operands, scratch, chunk).run();
}

}  // namespace tenon::cpu
