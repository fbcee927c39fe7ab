// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/classes.h"

#include "core/ops/framework/compose.h"
#include "core/ops/framework/constants.h"

#include <algorithm>
#include <iterator>

namespace tenon::ops {
namespace {

constexpr std::string_view transforms[] = {"NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", "PROBIT"};

ValueId softmax_zero(ExpandContext& c, ValueId x) {
  const DType dtype = c.dtype_of(x);
  const ValueId m = reduce(c, "max", x, {1});
  const ValueId e =
      map(c, "abs(x) > 0.0000001 ? exp(x - m) : x * exp(-m)", {{"x", x}, {"m", m}}, dtype);
  const ValueId sum = reduce(c, "sum", e, {1});
  return map(c, "s == 0 ? 0.5 : e / s", {{"e", e}, {"s", sum}}, dtype);
}

// The quantile of the normal distribution, by Winitzki's formula for the inverse of erf, which is
// also what other engines compute: good to three digits.
ValueId probit(ExpandContext& c, ValueId x) {
  const DType dtype = c.dtype_of(x);
  const ValueId l = map(c, "log(4 * x * (1 - x))", {{"x", x}}, dtype);
  const ValueId v = map(c, "2 / (pi * 0.147) + 0.5 * l", {{"l", l}}, dtype);
  return map(c, "(x < 0.5 ? -1.41421356 : 1.41421356) * sqrt(max(sqrt(v * v - l / 0.147) - v, 0))",
             {{"x", x}, {"l", l}, {"v", v}}, dtype);
}

}  // namespace

Result<Labels> labels_of(const AttributeContext& c, std::string_view numbers,
                         std::string_view words) {
  Labels labels;
  labels.numbers = c.integers(numbers, {});
  labels.words = c.texts(words);
  if (!labels.words.empty() && !labels.numbers.empty()) {
    return invalid("both {} and {} are given, expected one", numbers, words);
  }
  return labels;
}

Status classify(InferContext& c, const Labels& labels, int64_t columns) {
  TENON_TRY(check_transform(c));
  TENON_TRY_ASSIGN(const Expr rows, row_count(c));
  c.output(0, labels.dtype(), {rows});
  c.output(1, DType::f32, {rows, c.number(columns)});
  return {};
}

ValueId label_at(ExpandContext& c, const Labels& labels, ValueId indices) {
  const ValueId table = labels.words.empty() ? vector_constant(c, DType::i64, labels.numbers)
                                             : c.strings(labels.words);
  return c.add("Gather", {table, indices});
}

Result<Expr> row_count(const NodeContext& c) {
  if (c.rank(0) == 2) return c.dim(0, 0);
  if (c.rank(0) == 1) return c.number(1);
  return invalid("features of rank {}, expected a matrix or a row", c.rank(0));
}

ValueId feature_rows(ExpandContext& c) {
  const ValueId x = c.cast(c.input(0), wide(c.dtype(0)));
  return c.rank(0) == 1 ? reshape(c, x, {c.number(1), c.dim(0, 0)}) : x;
}

Status check_transform(const NodeContext& c) {
  const std::string given = c.text("post_transform", "NONE");
  if (std::ranges::find(transforms, given) != std::end(transforms)) return {};
  return invalid(
      "attribute post_transform is \"{}\", expected NONE, LOGISTIC, SOFTMAX, SOFTMAX_ZERO or "
      "PROBIT",
      given);
}

ValueId transform_scores(ExpandContext& c, std::string_view transform, ValueId scores) {
  if (transform == "LOGISTIC") return c.add("Sigmoid", {scores});
  if (transform == "SOFTMAX") return c.add("Softmax", {scores}, {{"axis", 1}});
  if (transform == "SOFTMAX_ZERO") return softmax_zero(c, scores);
  if (transform == "PROBIT") return probit(c, scores);
  return scores;
}

ValueId two_columns(ExpandContext& c, std::string_view left, std::string_view right, ValueId s) {
  const DType dtype = c.dtype_of(s);
  return c.add("Concat", {map(c, left, {{"s", s}}, dtype), map(c, right, {{"s", s}}, dtype)},
               {{"axis", 1}});
}

ValueId best_of_row(ExpandContext& c, ValueId scores) {
  return c.add("ArgMax", {scores}, {{"axis", 1}, {"keepdims", 0}});
}

}  // namespace tenon::ops
