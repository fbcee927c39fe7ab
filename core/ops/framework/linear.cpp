// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/linear.h"

#include "core/ops/framework/classes.h"
#include "core/ops/framework/compose.h"
#include "core/ops/framework/constants.h"

namespace tenon::ops {

Status check_linear(InferContext& c, int64_t targets) {
  const auto coefficients = static_cast<int64_t>(c.reals("coefficients", {}).size());
  const auto intercepts = static_cast<int64_t>(c.reals("intercepts", {}).size());
  if (targets < 1) return invalid("{} targets, expected at least 1", targets);
  if (coefficients == 0 || coefficients % targets != 0) {
    return invalid("{} coefficients for {} targets", coefficients, targets);
  }
  if (intercepts != 0 && intercepts != targets) {
    return invalid("{} intercepts for {} targets", intercepts, targets);
  }
  return c.require_equal(c.dim(0, -1), c.number(coefficients / targets),
                         "features and coefficients");
}

ValueId linear_scores(ExpandContext& c, int64_t targets) {
  const ValueId x = feature_rows(c);
  const DType dtype = c.dtype_of(x);
  const std::vector<double> coefficients = c.reals("coefficients", {});
  const std::vector<double> intercepts = c.reals("intercepts", {});
  const auto features = static_cast<int64_t>(coefficients.size()) / targets;
  const ValueId w = transpose(c, constant(c, dtype, {targets, features}, coefficients), {1, 0});
  const ValueId scores = c.add("MatMul", {x, w});
  if (intercepts.empty()) return scores;
  return c.add("Add", {scores, vector_constant(c, dtype, intercepts)});
}

}  // namespace tenon::ops
