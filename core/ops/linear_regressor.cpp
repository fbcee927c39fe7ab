// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/classes.h"
#include "core/ops/framework/linear.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  TENON_TRY(check_transform(c));
  TENON_TRY_ASSIGN(const Expr rows, row_count(c));
  const int64_t targets = c.integer("targets", 1);
  TENON_TRY(check_linear(c, targets));
  c.output(0, DType::f32, {rows, c.number(targets)});
  return {};
}

Status expand(ExpandContext& c) {
  const ValueId scores = linear_scores(c, c.integer("targets", 1));
  c.output(0, c.cast(transform_scores(c, c.text("post_transform", "NONE"), scores), DType::f32));
  return {};
}

}  // namespace

Op linear_regressor() {
  return {
      .name = "LinearRegressor",
      .domain = "ai.onnx.ml",
      .doc = "Weighted sums of the features, plus intercepts, then a transform.",
      .inputs = {{"x", "f32|f64|i32|i64"}},
      .outputs = {{"y", "f32"}},
      .attributes = {{"targets", 1}, {"post_transform", "NONE"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 2}}},
                   .attributes = {{"coefficients", std::vector<double>{0.5, -1}},
                                  {"intercepts", std::vector<double>{2}}}},
                  {.inputs = {{.dims = {2}}},
                   .attributes = {{"coefficients", std::vector<double>{0.5, -1, 2, 0.25}},
                                  {"targets", 2},
                                  {"post_transform", "SOFTMAX"}}}},
  };
}

}  // namespace tenon::ops
