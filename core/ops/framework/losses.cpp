// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/losses.h"

#include "core/ops/framework/compose.h"

namespace tenon::ops {

Result<std::vector<Expr>> loss_dims(InferContext& c) {
  const std::vector<Expr>& scores = c.dims(0);
  if (scores.size() < 2 || c.rank(1) != c.rank(0) - 1) {
    return invalid("scores of rank {}, classes of rank {}", scores.size(), c.rank(1));
  }
  for (int64_t i = 0; i < c.rank(1); ++i) {
    TENON_TRY(c.require_equal(c.dim(0, i == 0 ? 0 : i + 1), c.dim(1, i), "scores and classes"));
  }
  if (c.has(2)) TENON_TRY(c.require_equal(c.elements(2), c.dim(0, 1), "classes and weights"));
  const std::string reduction = c.text("reduction", "mean");
  if (reduction == "none") return c.dims(1);
  if (reduction == "mean" || reduction == "sum") return std::vector<Expr>();
  return invalid("reduction \"{}\", expected none, mean or sum", reduction);
}

ValueId negative_log_likelihood(ExpandContext& c, ValueId log_prob) {
  const DType dtype = c.dtype(0);
  const DType work = wide(dtype);
  const std::vector<int64_t> all = axes_between(0, c.rank(1));
  // Places that do not count may hold any class: they get class 0 and weight 0.
  const bool ignores = c.has_attribute("ignore_index");
  const Attributes numbers = {{"ignored", c.integer("ignore_index", 0)}};
  const ValueId given = c.input(1);
  const ValueId target =
      ignores ? map(c, "t == ignored ? 0 : t", {{"t", given}}, c.dtype(1), numbers) : given;
  const ValueId column = c.add("Unsqueeze", {target, c.integers({1})});
  const ValueId picked = c.add(
      "Squeeze", {c.add("GatherElements", {log_prob, column}, {{"axis", 1}}), c.integers({1})});
  ValueId weight = c.has(2) ? c.add("Gather", {c.input(2), target}) : c.scalar(1, work);
  weight = map(c, ignores ? "t == ignored ? 0 * w : w" : "w", {{"t", given}, {"w", weight}}, work,
               numbers);
  const std::string reduction = c.text("reduction", "mean");
  const bool is_whole = reduction == "none";
  const ValueId loss = map(c, "-p * w", {{"p", picked}, {"w", weight}}, is_whole ? dtype : work);
  if (is_whole) return loss;
  const ValueId sum = reduce_away(c, "sum", loss, all);
  if (reduction == "sum") return c.cast(sum, dtype);
  return map(c, "l / w", {{"l", sum}, {"w", reduce_away(c, "sum", weight, all)}}, dtype);
}

}  // namespace tenon::ops
