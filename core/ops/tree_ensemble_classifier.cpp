// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/classes.h"
#include "core/ops/framework/compose.h"
#include "core/ops/framework/constants.h"
#include "core/ops/framework/tree_samples.h"
#include "core/ops/framework/trees.h"
#include "core/ops/op.h"

#include <algorithm>

namespace tenon::ops {
namespace {

struct Forest {
  Labels labels;
  Trees trees;
  std::vector<double> base;
  // Two labels, but all leaves speak of one of them: the score is that of the second label.
  bool binary = false;
};

Result<Forest> forest_of(const NodeContext& c) {
  Forest forest;
  TENON_TRY_ASSIGN(forest.labels, labels_of(c, "classlabels_int64s", "classlabels_strings"));
  const auto classes = static_cast<int64_t>(forest.labels.count());
  if (classes == 0) return invalid("no labels of classes");
  const std::vector<int64_t> ids = c.integers("class_ids", {});
  const bool same = std::ranges::all_of(ids, [&](int64_t id) { return id == ids.front(); });
  forest.binary = classes == 2 && same;
  TENON_TRY_ASSIGN(forest.trees, read_node_lists(c, "class", classes));
  TENON_TRY_ASSIGN(forest.base, base_values(c, classes));
  if (!forest.binary) return forest;
  for (std::vector<Trees::Share>& leaf : forest.trees.leaves) {
    for (Trees::Share& share : leaf) share.target = 0;
  }
  if (forest.base.size() == 2 && !ids.empty())
    forest.base = {forest.base[ids.front() == 0 ? 0 : 1]};
  return forest;
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const Forest forest, forest_of(c));
  TENON_TRY(check_features(c, forest.trees));
  return classify(c, forest.labels, static_cast<int64_t>(forest.labels.count()));
}

// With a transform the score is the logarithm of the odds, without one a share of the votes.
ValueId both_classes(ExpandContext& c, ValueId score) {
  const std::string transform = c.text("post_transform", "NONE");
  const bool share = transform == "NONE" || transform == "PROBIT";
  return two_columns(c, share ? "1 - s" : "-s", "s", score);
}

Status expand(ExpandContext& c) {
  TENON_TRY_ASSIGN(const Forest forest, forest_of(c));
  const DType dtype = forest.trees.wide ? DType::f64 : DType::f32;
  const auto targets = forest.binary ? int64_t{1} : static_cast<int64_t>(forest.labels.count());
  ValueId scores = tree_scores(c, forest.trees, "sum", targets, dtype);
  if (!forest.base.empty()) {
    scores = c.add("Add", {scores, vector_constant(c, dtype, forest.base)});
  }
  if (forest.binary) scores = both_classes(c, scores);
  c.output(0, label_at(c, forest.labels, best_of_row(c, scores)));
  c.output(1, c.cast(transform_scores(c, c.text("post_transform", "NONE"), scores), DType::f32));
  return {};
}

}  // namespace

Op tree_ensemble_classifier() {
  Attributes attributes = tree_sample("class");
  attributes["classlabels_int64s"] = std::vector<int64_t>{5, 3};
  Attributes binary = attributes;
  binary["class_ids"] = std::vector<int64_t>(6, 1);
  binary["post_transform"] = "LOGISTIC";
  return {
      .name = "TreeEnsembleClassifier",
      .domain = "ai.onnx.ml",
      .doc = "Decision trees over rows of features: the label of the greatest score, the scores.",
      .inputs = {{"x", "f32|f64|i32|i64"}},
      .outputs = {{"label", "i64|string"}, {"scores", "f32"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {5, 2}}}, .attributes = std::move(attributes), .outputs = 2},
                  {.inputs = {{.dims = {5, 2}}}, .attributes = std::move(binary), .outputs = 2}},
  };
}

}  // namespace tenon::ops
