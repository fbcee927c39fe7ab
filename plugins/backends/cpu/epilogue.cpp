// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/epilogue.h"

#include "plugins/backends/cpu/formula/run.h"
#include "plugins/backends/cpu/math/norms.h"

#include <cstring>

namespace tenon::cpu {
namespace {

// The result as it is.
FormulaRows just_stored(DType result) {
  FormulaRows formula;
  formula.rows = {{TENON_EXPR_LOAD, TENON_TYPE_F32, -1, -1, -1, 0}};
  formula.operands = {DType::f32};
  formula.result = result;
  return formula;
}

// The operand that the result is summed with, element by element.
std::optional<size_t> addend_of(const FormulaRows& formula) {
  if (formula.rows.size() != 3 || formula.rows[2].op != TENON_EXPR_ADD) return {};
  const tenon_expr &a = formula.rows[0], &b = formula.rows[1];
  for (const tenon_expr& row : {a, b}) {
    if (row.op != TENON_EXPR_LOAD || row.a >= 0 || row.b >= 0) return {};
  }
  if ((a.k == 0) == (b.k == 0)) return {};
  const auto other = static_cast<size_t>(a.k == 0 ? b.k : a.k);
  if (formula.operands[other] != DType::f32) return {};
  return other;
}

}  // namespace

Result<Epilogue> Epilogue::make(const NodeView& node) {
  Epilogue made;
  made.own_inputs_ = node.own_inputs();
  made.is_empty_ = !node.has_epilogue();
  if (made.is_empty_) {
    made.formula_ = just_stored(node.output_dtype(0));
    return made;
  }
  TENON_TRY_ASSIGN(made.formula_, formula_rows(node));
  if (made.formula_.operands.size() > most_operands) return unsupported("too many operands");
  if (node.output_rank(0) > most_axes) return unsupported("more than {} axes", most_axes);
  return made;
}

Result<BoundEpilogue> Epilogue::bind(const KernelSizes& sizes, size_t row_axes) const {
  StripSizes known{.dims = sizes.output(0), .symbols = sizes.symbols(), .elements = {}};
  known.elements.push_back(sizes.output_elements(0));
  BoundEpilogue bound;
  bound.own_inputs_ = own_inputs_;
  bound.further_ = formula_.operands.size() - 1;
  for (size_t i = 0; i < bound.further_; ++i) {
    int64_t elements = 1;
    for (const int64_t extent : sizes.input(own_inputs_ + i)) elements *= extent;
    known.elements.push_back(elements);
  }
  bound.width_ = 1;
  for (const int64_t extent : known.dims.subspan(row_axes)) bound.width_ *= extent;
  const std::optional<size_t> addend = addend_of(formula_);
  if (addend && known.elements[*addend] == known.elements[0]) {
    bound.addend_ = own_inputs_ + *addend - 1;
  }
  bound.is_stored_ = formula_.result == DType::f32 && (is_empty_ || bound.addend_);
  TENON_TRY_ASSIGN(bound.code_, compile_strips(formula_, whole_box(known.dims), known,
                                               static_cast<int64_t>(row_axes)));
  return bound;
}

bool BoundEpilogue::store(const KernelArguments& arguments, const float* tile, int64_t stride,
                          int64_t row0, int64_t rows, int64_t column0, int64_t columns) const {
  if (!is_stored_) return false;
  const int64_t first = row0 * width_ + column0;
  float* to = arguments.output<float>(0).data() + first;
  const float* other = addend_ ? arguments.input<float>(*addend_).data() + first : nullptr;
  for (int64_t r = 0; r < rows; ++r, tile += stride, to += width_) {
    if (other != nullptr) {
      norms().sum(tile, other + r * width_, nullptr, columns, to);
    } else if (to != tile) {
      std::memcpy(to, tile, static_cast<size_t>(columns) * sizeof(float));
    }
  }
  return true;
}

void BoundEpilogue::apply(const KernelArguments& arguments, const float* tile, int64_t stride,
                          int64_t row0, int64_t rows, int64_t column0, int64_t columns) const {
  if (rows <= 0 || columns <= 0) return;
  if (store(arguments, tile, stride, row0, rows, column0, columns)) return;
  StripPlaces places;
  for (size_t i = 0; i < further_; ++i) {
    places.operands[i + 1] = static_cast<const std::byte*>(arguments.input_data(own_inputs_ + i));
  }
  places.result = static_cast<std::byte*>(arguments.output_data(0));
  run_tile(code_, places,
           {.data = tile,
            .stride = stride,
            .first_row = row0,
            .rows = rows,
            .first_column = column0,
            .columns = columns});
}

}  // namespace tenon::cpu
