// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/classes.h"
#include "core/ops/framework/trees.h"
#include "core/ops/op.h"

#include <iterator>

namespace tenon::ops {
namespace {

constexpr std::string_view aggregates[] = {"average", "sum", "min", "max"};
constexpr std::string_view transforms[] = {"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"};

Status infer(InferContext& c) {
  const int64_t targets = c.integer("n_targets", 1);
  constexpr int64_t most_targets = 1 << 24;
  if (targets < 1 || targets > most_targets) {
    return invalid("attribute n_targets is {}, expected 1 to {}", targets, most_targets);
  }
  const int64_t aggregate = c.integer("aggregate_function", 1);
  if (aggregate < 0 || aggregate >= std::ssize(aggregates)) {
    return invalid("attribute aggregate_function is {}, expected 0 to 3", aggregate);
  }
  const int64_t transform = c.integer("post_transform", 0);
  if (transform < 0 || transform >= std::ssize(transforms)) {
    return invalid("attribute post_transform is {}, expected 0 to 4", transform);
  }
  TENON_TRY_ASSIGN(const Trees trees, read_ensemble(c, targets));
  TENON_TRY(check_features(c, trees));
  TENON_TRY_ASSIGN(const Expr rows, row_count(c));
  c.output(0, c.dtype(0), {rows, c.number(targets)});
  return {};
}

Status expand(ExpandContext& c) {
  const int64_t targets = c.integer("n_targets", 1);
  TENON_TRY_ASSIGN(const Trees trees, read_ensemble(c, targets));
  const auto aggregate = static_cast<size_t>(c.integer("aggregate_function", 1));
  const auto transform = static_cast<size_t>(c.integer("post_transform", 0));
  const ValueId scores = tree_scores(c, trees, aggregates[aggregate], targets, c.dtype(0));
  c.output(0, c.cast(transform_scores(c, transforms[transform], scores), c.dtype(0)));
  return {};
}

}  // namespace

Op ml_tree_ensemble() {
  using Integers = std::vector<int64_t>;
  using Reals = std::vector<double>;
  return {
      .name = "TreeEnsemble",
      .domain = "ai.onnx.ml",
      .doc = "Decision trees over rows of features: what their leaves give to each target.",
      .inputs = {{"x", "f16|f32|f64"}},
      .outputs = {{"y", "f16|f32|f64"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {5, 2}, .low = -3, .high = 3}},
                   .attributes = {{"tree_roots", Integers{0}},
                                  {"nodes_featureids", Integers{0, 1}},
                                  {"nodes_splits", Reals{0.5, -1}},
                                  {"nodes_modes", Integers{0, 3}},
                                  {"nodes_truenodeids", Integers{0, 1}},
                                  {"nodes_trueleafs", Integers{1, 1}},
                                  {"nodes_falsenodeids", Integers{1, 2}},
                                  {"nodes_falseleafs", Integers{0, 1}},
                                  {"leaf_targetids", Integers{0, 1, 0}},
                                  {"leaf_weights", Reals{1, 2, -1}},
                                  {"n_targets", 2},
                                  {"post_transform", 1}}}},
  };
}

}  // namespace tenon::ops
