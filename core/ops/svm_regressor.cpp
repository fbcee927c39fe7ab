// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/classes.h"
#include "core/ops/framework/compose.h"
#include "core/ops/framework/constants.h"
#include "core/ops/framework/kernel_trick.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  TENON_TRY(check_transform(c));
  TENON_TRY_ASSIGN(const Expr rows, row_count(c));
  const int64_t vectors = c.integer("n_supports", 0);
  const auto coefficients = static_cast<int64_t>(c.reals("coefficients", {}).size());
  if (vectors > 0) {
    TENON_TRY(check_support(c, vectors));
    if (coefficients != vectors) {
      return invalid("{} coefficients for {} support vectors", coefficients, vectors);
    }
  } else {
    TENON_TRY(c.require_equal(c.dim(0, -1), c.number(coefficients), "features and coefficients"));
  }
  c.output(0, DType::f32, {rows, c.number(1)});
  return {};
}

// Without support vectors the coefficients weigh the features themselves.
Status expand(ExpandContext& c) {
  const int64_t vectors = c.integer("n_supports", 0);
  const std::vector<double> coefficients = c.reals("coefficients", {});
  const std::vector<double> rho = c.reals("rho", {});
  ValueId x = feature_rows(c);
  const DType dtype = c.dtype_of(x);
  if (vectors > 0) x = support_kernel(c, x, vectors);
  const auto count = static_cast<int64_t>(coefficients.size());
  const ValueId sum = c.add("MatMul", {x, constant(c, dtype, {count, 1}, coefficients)});
  ValueId score =
      map(c, "s + rho", {{"s", sum}}, dtype, {{"rho", rho.empty() ? 0.0 : rho.front()}});
  if (c.integer("one_class", 0) != 0) score = map(c, "s > 0 ? 1 : -1", {{"s", score}}, dtype);
  c.output(0, c.cast(transform_scores(c, c.text("post_transform", "NONE"), score), DType::f32));
  return {};
}

}  // namespace

Op svm_regressor() {
  return {
      .name = "SVMRegressor",
      .domain = "ai.onnx.ml",
      .doc = "Weighted sum of the kernels between the features and the support vectors.",
      .inputs = {{"x", "f32|f64|i32|i64"}},
      .outputs = {{"y", "f32"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 2}}},
                   .attributes = {{"kernel_type", "RBF"},
                                  {"kernel_params", std::vector<double>{0.5, 0, 3}},
                                  {"n_supports", 2},
                                  {"support_vectors", std::vector<double>{0.5, -1, 1, 0.25}},
                                  {"coefficients", std::vector<double>{1, -2}},
                                  {"rho", std::vector<double>{0.25}}}},
                  {.inputs = {{.dims = {3, 2}}},
                   .attributes = {{"coefficients", std::vector<double>{1, -2}},
                                  {"rho", std::vector<double>{0.25}},
                                  {"one_class", 1}}}},
  };
}

}  // namespace tenon::ops
