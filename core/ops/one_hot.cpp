// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/framework/sizes.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Result<int64_t> new_axis(const NodeContext& c) {
  return resolve_axis(c.integer("axis", -1), c.rank(0) + 1);
}

Result<Expr> depth(const NodeContext& c) {
  TENON_TRY_ASSIGN(const std::vector<Expr> values, c.values(1));
  if (values.size() != 1) return invalid("depth has {} elements, expected 1", values.size());
  return as_index(values[0]);
}

Expr element(ElementContext& c) {
  const Result<int64_t> axis = new_axis(c);
  const Result<Expr> extent = depth(c);
  if (!axis.ok() || !extent.ok()) return c.fail(axis.ok() ? extent.status() : axis.status());
  Index index = c.output_index();
  index.erase(index.begin() + *axis);
  const Expr hot = wrap_index(as_index(c.load(0, index)), *extent);
  return select(hot == c.coordinate(*axis), c.load_linear(2, c.number(1)),
                c.load_linear(2, c.number(0)));
}

}  // namespace

Op one_hot() {
  return {
      .name = "OneHot",
      .doc = "A new axis of size depth that holds values[1] at the index and values[0] elsewhere.",
      .inputs = {{"indices", "numeric"}, {"depth", "numeric"}, {"values"}},
      .outputs = {{"output"}},
      .attributes = {{"axis", -1}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY_ASSIGN(const int64_t axis, new_axis(c));
        TENON_TRY_ASSIGN(const Expr extent, depth(c));
        std::vector<Expr> dims = c.dims(0);
        dims.insert(dims.begin() + axis, extent);
        c.output(0, c.dtype(2), dims);
        return {};
      },
      .shape_operands = {1},
      .element = element,
      .samples = {{.inputs = {{.dims = {3}, .dtype = DType::i64, .values = {0, 3, -1}},
                              {.dims = {}, .dtype = DType::i64, .values = {5}},
                              {.dims = {2}, .values = {-1, 2}}}}},
  };
}

}  // namespace tenon::ops
