// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Expr rows(const NodeContext& c, size_t input) {
  return c.rank(input) == 1 ? c.number(1) : c.dim(input, 0);
}

// Columns that an input gives: those asked for, cut or filled with zeros, else those it has.
Expr columns(const NodeContext& c, size_t input) {
  const std::vector<int64_t> wanted = c.integers("inputdimensions", {});
  if (input < wanted.size()) return c.number(wanted[input]);
  return c.rank(input) == 0 ? c.number(1) : c.dim(input, -1);
}

Status infer(InferContext& c) {
  if (c.inputs() == 0) return invalid("no inputs, expected at least 1");
  const std::vector<int64_t> wanted = c.integers("inputdimensions", {});
  if (!wanted.empty() && wanted.size() != c.inputs()) {
    return invalid("{} inputs, but inputdimensions has {} entries", c.inputs(), wanted.size());
  }
  Expr sum = c.number(0);
  for (size_t i = 0; i < c.inputs(); ++i) {
    if (c.rank(i) < 1 || c.rank(i) > 2) {
      return invalid("input {} has rank {}, expected 1 or 2", i, c.rank(i));
    }
    TENON_TRY(c.require_equal(rows(c, 0), rows(c, i), "rows of the inputs"));
    TENON_TRY(c.require(columns(c, i) >= 0, "inputdimensions are not negative"));
    sum = sum + columns(c, i);
  }
  c.output(0, DType::f32, {rows(c, 0), sum});
  return {};
}

Expr element(ElementContext& c) {
  Expr result, begin = c.number(0);
  for (size_t i = 0; i < c.inputs(); ++i) {
    const Expr column = c.coordinate(1) - begin;
    const Index index = c.rank(i) == 1 ? Index{column} : Index{c.coordinate(0), column};
    const Expr inside = column >= 0 && column < c.dim(i, -1);
    const Expr here = c.pool().cast(c.load(i, index, inside, Expr()), Type::f32);
    result = i == 0 ? here : select(column >= 0, here, result);
    begin = begin + columns(c, i);
  }
  return result;
}

}  // namespace

Op feature_vectorizer() {
  return {
      .name = "FeatureVectorizer",
      .domain = "ai.onnx.ml",
      .doc = "Columns of all inputs side by side, each cut or filled to its inputdimensions.",
      .inputs = {{"x", "f32|f64|i32|i64", variadic_operand}},
      .outputs = {{"y", "f32"}},
      .infer = infer,
      .element = element,
      .samples = {{.inputs = {{.dims = {2, 3}}, {.dims = {2, 2}}},
                   .attributes = {{"inputdimensions", std::vector<int64_t>{2, 3}}}},
                  {.inputs = {{.dims = {2, 3}}, {.dims = {2, 2}, .dtype = DType::i64}}}},
  };
}

}  // namespace tenon::ops
