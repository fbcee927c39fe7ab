// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/classes.h"
#include "core/ops/framework/compose.h"
#include "core/ops/framework/constants.h"
#include "core/ops/framework/linear.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

// Rows of coefficients: one for each intercept, else one for each label.
int64_t score_count(const NodeContext& c, const Labels& labels) {
  const size_t intercepts = c.reals("intercepts", {}).size();
  return static_cast<int64_t>(intercepts != 0 ? intercepts : labels.count());
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const Labels labels, labels_of(c, "classlabels_ints", "classlabels_strings"));
  const int64_t scores = score_count(c, labels);
  TENON_TRY(check_linear(c, scores));
  if (scores > 1 && static_cast<size_t>(scores) > labels.count()) {
    return invalid("{} rows of coefficients for {} labels", scores, labels.count());
  }
  return classify(c, labels, scores == 1 && labels.count() == 2 ? 2 : scores);
}

// One score for two classes: the second class is the positive one.
Status expand_binary(ExpandContext& c, const Labels& labels, ValueId s) {
  const std::string transform = c.text("post_transform", "NONE");
  const ValueId column = reshape(c, s, {c.dims_of(s).front()});
  const bool named = labels.count() == 2;
  const Labels pair = named ? labels : Labels{.numbers = {0, 1}, .words = {}};
  c.output(0, label_at(c, pair, map(c, "s > 0 ? 1 : 0", {{"s", column}}, DType::i64)));
  if (!named) {
    c.output(1, c.cast(transform_scores(c, transform, s), DType::f32));
    return {};
  }
  if (transform == "LOGISTIC") {
    c.output(1, c.cast(c.add("Sigmoid", {two_columns(c, "-s", "s", s)}), DType::f32));
    return {};
  }
  const ValueId score = transform == "PROBIT" ? transform_scores(c, transform, s) : s;
  c.output(1, c.cast(two_columns(c, "1 - s", "s", score), DType::f32));
  return {};
}

Status expand(ExpandContext& c) {
  TENON_TRY_ASSIGN(const Labels labels, labels_of(c, "classlabels_ints", "classlabels_strings"));
  const int64_t count = score_count(c, labels);
  const ValueId scores = linear_scores(c, count);
  if (count == 1) return expand_binary(c, labels, scores);
  c.output(0, label_at(c, labels, best_of_row(c, scores)));
  c.output(1, c.cast(transform_scores(c, c.text("post_transform", "NONE"), scores), DType::f32));
  return {};
}

}  // namespace

Op linear_classifier() {
  const std::vector<double> four = {0.5, -1, 2, 0.25};
  return {
      .name = "LinearClassifier",
      .domain = "ai.onnx.ml",
      .doc = "The label of the greatest weighted sum of the features, and the scores.",
      .inputs = {{"x", "f32|f64|i32|i64"}},
      .outputs = {{"label", "i64|string"}, {"scores", "f32"}},
      .attributes = {{"post_transform", "NONE"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 2}}},
                   .attributes = {{"coefficients", four},
                                  {"intercepts", std::vector<double>{2, 0.5}},
                                  {"classlabels_ints", std::vector<int64_t>{7, 3}},
                                  {"post_transform", "SOFTMAX_ZERO"}},
                   .outputs = 2},
                  {.inputs = {{.dims = {3, 4}}},
                   .attributes = {{"coefficients", four},
                                  {"intercepts", std::vector<double>{0.5}},
                                  {"classlabels_ints", std::vector<int64_t>{0, 1}},
                                  {"post_transform", "LOGISTIC"}},
                   .outputs = 2}},
  };
}

}  // namespace tenon::ops
