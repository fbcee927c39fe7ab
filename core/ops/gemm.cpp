// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

bool transposed(const NodeContext& c, std::string_view name) { return c.integer(name, 0) != 0; }

Status infer(InferContext& c) {
  if (c.rank(0) != 2 || c.rank(1) != 2) {
    return invalid("operands of rank {} and {}, expected matrices", c.rank(0), c.rank(1));
  }
  const int64_t a = transposed(c, "transA") ? 1 : 0;
  const int64_t b = transposed(c, "transB") ? 1 : 0;
  TENON_TRY(c.require_equal(c.dim(0, 1 - a), c.dim(1, b), "columns of a and rows of b"));
  const std::vector<Expr> dims = {c.dim(0, a), c.dim(1, 1 - b)};
  if (c.has(2)) TENON_TRY(c.broadcast(dims, c.dims(2)).status());
  c.output(0, c.dtype(0), dims);
  return {};
}

Status expand(ExpandContext& c) {
  ValueId a = c.input(0);
  ValueId b = c.input(1);
  if (transposed(c, "transA")) a = transpose(c, a, {1, 0});
  if (transposed(c, "transB")) b = transpose(c, b, {1, 0});
  const ValueId product = c.add("MatMul", {a, b});
  const double alpha = c.real("alpha", 1);
  const double beta = c.real("beta", 1);
  const Attributes numbers = {{"alpha", alpha}, {"beta", beta}};
  const DType dtype = c.dtype(0);
  if (!c.has(2) || beta == 0) {
    c.output(0, alpha == 1 ? product : map(c, "alpha * y", {{"y", product}}, dtype, numbers));
  } else if (alpha == 1 && beta == 1) {
    c.output(0, c.add("Add", {product, c.input(2)}));
  } else {
    c.output(0,
             map(c, "alpha * y + beta * c", {{"y", product}, {"c", c.input(2)}}, dtype, numbers));
  }
  return {};
}

}  // namespace

Op gemm() {
  return {
      .name = "Gemm",
      .doc = "alpha * a * b + beta * c, a and b transposed if asked.",
      .inputs = {{"a", "numeric"}, {"b", "numeric"}, {"c", "numeric", optional_operand}},
      .outputs = {{"y", "numeric"}},
      .attributes = {{"alpha", 1.0}, {"beta", 1.0}, {"transA", 0}, {"transB", 0}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 5}}, {.dims = {5, 4}}, {.dims = {4}}}},
                  {.inputs = {{.dims = {5, 3}}, {.dims = {4, 5}}, {.dims = {3, 1}}},
                   .attributes = {{"transA", 1}, {"transB", 1}, {"alpha", 0.5}, {"beta", 2.0}}}},
  };
}

}  // namespace tenon::ops
