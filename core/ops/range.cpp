// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Result<std::vector<Expr>> bounds(const NodeContext& c) {
  std::vector<Expr> result;
  for (size_t i = 0; i < 3; ++i) {
    TENON_TRY_ASSIGN(const std::vector<Expr> value, c.values(i));
    if (value.size() != 1)
      return invalid("operand {} has {} elements, expected 1", i, value.size());
    result.push_back(value[0]);
  }
  return result;
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const std::vector<Expr> b, bounds(c));
  const Expr start = b[0];
  const Expr limit = b[1];
  const Expr delta = b[2];
  Expr count = is_float(start.type())
                   ? as_index(c.pool().unary(TENON_EXPR_CEIL, (limit - start) / delta))
                   : ceil_div(as_index(limit) - as_index(start), as_index(delta));
  if (delta.is_constant() && !is_float(delta.type()) && delta.constant() == 0) {
    return invalid("delta is 0");
  }
  c.output(0, c.dtype(0), {maximum(count, c.number(0))});
  return {};
}

}  // namespace

Op range() {
  return {
      .name = "Range",
      .doc = "start, start + delta, ... before limit.",
      .inputs = {{"start", "numeric"}, {"limit", "numeric"}, {"delta", "numeric"}},
      .outputs = {{"output", "numeric"}},
      .infer = infer,
      .shape_operands = {0, 1, 2},
      .element =
          [](ElementContext& c) {
            const Result<std::vector<Expr>> b = bounds(c);
            if (!b.ok()) return c.fail(b.status());
            return (*b)[0] + c.pool().cast(c.coordinate(0), (*b)[0].type()) * (*b)[2];
          },
      .samples = {{.inputs = {{.dims = {}, .values = {1}},
                              {.dims = {}, .values = {5}},
                              {.dims = {}, .values = {1.5}}}},
                  {.inputs = {{.dims = {}, .dtype = DType::i64, .values = {10}},
                              {.dims = {}, .dtype = DType::i64, .values = {3}},
                              {.dims = {}, .dtype = DType::i64, .values = {-3}}}}},
  };
}

}  // namespace tenon::ops
