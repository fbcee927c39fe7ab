// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/finish.h"

#include "plugins/backends/cpu/formula/rows.h"

#include <bit>
#include <limits>

namespace tenon::cpu {
namespace {

// Reads a formula from its root inwards: limits, then sums, then the node's own result.
class Reader {
 public:
  Reader(const NodeView& node, const FormulaRows& formula) : node_(node), rows_(formula.rows) {}

  std::optional<QuickEnd> read() {
    end_.low = -std::numeric_limits<float>::infinity();
    end_.high = std::numeric_limits<float>::infinity();
    auto at = static_cast<int32_t>(rows_.size()) - 1;
    while (const std::optional<int32_t> inner = limited(at)) at = *inner;
    if (!is_sum(at)) return {};
    return end_;
  }

 private:
  const tenon_expr& row(int32_t id) const { return rows_[static_cast<size_t>(id)]; }

  // The operand of a limit that is a number.
  std::optional<int32_t> limited(int32_t id) {
    const tenon_expr& limit = row(id);
    const bool is_low = limit.op == TENON_EXPR_MAX;
    if (limit.type != TENON_TYPE_F32 || (!is_low && limit.op != TENON_EXPR_MIN)) return {};
    const bool first = row(limit.a).op == TENON_EXPR_CONST;
    const tenon_expr& number = row(first ? limit.a : limit.b);
    if (number.op != TENON_EXPR_CONST) return {};
    const auto value = static_cast<float>(std::bit_cast<double>(number.k));
    // Outer limits win over inner ones.
    if (value != value || (is_low ? value > end_.high : value < end_.low)) return {};
    if (is_low && value > end_.low) end_.low = value;
    if (!is_low && value < end_.high) end_.high = value;
    return first ? limit.b : limit.a;
  }

  // ((result + a) + b).
  bool is_sum(int32_t id) {
    const tenon_expr& sum = row(id);
    if (sum.type != TENON_TYPE_F32) return false;
    if (sum.op == TENON_EXPR_LOAD) return sum.k == 0 && sum.a < 0 && sum.b < 0;
    if (sum.op != TENON_EXPR_ADD) return false;
    if (is_sum(sum.a)) return is_addend(sum.b);
    return end_.count == 0 && is_sum(sum.b) && is_addend(sum.a);
  }

  bool is_addend(int32_t id) {
    const tenon_expr& load = row(id);
    if (load.op != TENON_EXPR_LOAD || load.k == 0 || load.b >= 0) return false;
    const size_t input = node_.own_inputs() + static_cast<size_t>(load.k) - 1;
    if (end_.count == end_.addends.size() || node_.input_dtype(input) != DType::f32) return false;
    const std::span<const tenon_dim> dims = node_.output_dims(0);
    const bool is_vector = load.a >= 0;
    if (is_vector && !lies_along_last_axis(row(load.a), node_.input_dims(input), dims))
      return false;
    if (!is_vector && !std::ranges::equal(node_.input_dims(input), dims)) return false;
    end_.addends[end_.count++] = {.input = input, .is_vector = is_vector};
    return true;
  }

  static bool lies_along_last_axis(const tenon_expr& index, std::span<const tenon_dim> operand,
                                   std::span<const tenon_dim> dims) {
    return index.op == TENON_EXPR_COORD && !dims.empty() && operand.size() == 1 &&
           index.k == static_cast<int64_t>(dims.size()) - 1 && operand[0] == dims.back();
  }

  const NodeView& node_;
  const std::vector<tenon_expr>& rows_;
  QuickEnd end_;
};

}  // namespace

std::optional<QuickEnd> quick_end(const NodeView& node) {
  if (!node.has_epilogue()) return {};
  const Result<FormulaRows> formula = formula_rows(node);
  if (!formula.ok()) return {};
  return Reader(node, *formula).read();
}

Status finishes_in_place(const NodeView& node) {
  if (node.output_dtype(0) != DType::f32) return unsupported("a result of another type than f32");
  return Epilogue::make(node).status();
}

Result<Ending> Ending::make(const NodeView& node) {
  TENON_TRY_ASSIGN(Epilogue epilogue, Epilogue::make(node));
  return Ending{std::move(epilogue), quick_end(node)};
}

Result<BoundEnding> BoundEnding::make(const Ending& ending, const KernelSizes& sizes,
                                      size_t row_axes) {
  BoundEnding bound;
  bound.is_empty = ending.epilogue.empty();
  const std::span<const int64_t> dims = sizes.output(0);
  bound.columns = 1;
  for (const int64_t extent : dims.subspan(row_axes)) bound.columns *= extent;
  bound.quick = ending.quick;
  for (size_t i = 0; bound.quick && i < bound.quick->count; ++i) {
    // A vector lies along the matrix's columns only where these are one axis.
    if (bound.quick->addends[i].is_vector && row_axes + 1 != dims.size()) bound.quick.reset();
  }
  TENON_TRY_ASSIGN(bound.epilogue, ending.epilogue.bind(sizes, row_axes));
  return bound;
}

bool Finish::gives_limits(float& low, float& high) const {
  if (!is_quick() || ending_->quick->count > 0) return false;
  low = ending_->quick->low;
  high = ending_->quick->high;
  return true;
}

void Finish::give(ProductTile& tile, int64_t row, int64_t column) const {
  const QuickEnd& quick = *ending_->quick;
  tile.ends = true;
  tile.low = quick.low;
  tile.high = quick.high;
  for (size_t i = 0; i < quick.count; ++i) {
    const float* const from = arguments_->input<float>(quick.addends[i].input).data() + column;
    const bool is_vector = quick.addends[i].is_vector;
    tile.addends[i] = is_vector ? from : from + row * ending_->columns;
    tile.addend_rows[i] = is_vector ? 0 : ending_->columns;
  }
}

void Finish::apply(float* numbers, int64_t stride, int64_t row, int64_t rows, int64_t column,
                   int64_t columns) const {
  if (!ending_->quick) {
    ending_->epilogue.apply(*arguments_, numbers, stride, row, rows, column, columns);
    return;
  }
  const QuickEnd& quick = *ending_->quick;
  RectangleEnd r = {.rows = rows,
                    .columns = columns,
                    .numbers = numbers,
                    .row = stride,
                    .low = quick.low,
                    .high = quick.high};
  for (size_t i = 0; i < quick.count; ++i) {
    const float* const from = arguments_->input<float>(quick.addends[i].input).data() + column;
    const bool is_vector = quick.addends[i].is_vector;
    r.addends[i] = is_vector ? from : from + row * ending_->columns;
    r.addend_rows[i] = is_vector ? 0 : ending_->columns;
  }
  rectangle().end(r);
}

}  // namespace tenon::cpu
