// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/classes.h"
#include "core/ops/framework/compose.h"
#include "core/ops/framework/constants.h"
#include "core/ops/framework/tree_samples.h"
#include "core/ops/framework/trees.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Result<std::string_view> aggregate_of(const NodeContext& c) {
  constexpr std::pair<std::string_view, std::string_view> names[] = {
      {"SUM", "sum"}, {"AVERAGE", "average"}, {"MIN", "min"}, {"MAX", "max"}};
  const std::string name = c.text("aggregate_function", "SUM");
  for (const auto& [given, canonical] : names) {
    if (name == given) return canonical;
  }
  return invalid("attribute aggregate_function is \"{}\", expected SUM, AVERAGE, MIN or MAX", name);
}

Status infer(InferContext& c) {
  const int64_t targets = c.integer("n_targets", 1);
  constexpr int64_t most_targets = 1 << 24;
  if (targets < 1 || targets > most_targets) {
    return invalid("attribute n_targets is {}, expected 1 to {}", targets, most_targets);
  }
  TENON_TRY(aggregate_of(c).status());
  TENON_TRY(check_transform(c));
  TENON_TRY(base_values(c, targets).status());
  TENON_TRY_ASSIGN(const Trees trees, read_node_lists(c, "target", targets));
  TENON_TRY(check_features(c, trees));
  TENON_TRY_ASSIGN(const Expr rows, row_count(c));
  c.output(0, DType::f32, {rows, c.number(targets)});
  return {};
}

Status expand(ExpandContext& c) {
  const int64_t targets = c.integer("n_targets", 1);
  TENON_TRY_ASSIGN(const Trees trees, read_node_lists(c, "target", targets));
  TENON_TRY_ASSIGN(const std::string_view aggregate, aggregate_of(c));
  TENON_TRY_ASSIGN(const std::vector<double> base, base_values(c, targets));
  const DType dtype = trees.wide ? DType::f64 : DType::f32;
  ValueId scores = tree_scores(c, trees, aggregate, targets, dtype);
  if (!base.empty()) scores = c.add("Add", {scores, vector_constant(c, dtype, base)});
  c.output(0, c.cast(transform_scores(c, c.text("post_transform", "NONE"), scores), DType::f32));
  return {};
}

}  // namespace

Op tree_ensemble_regressor() {
  Attributes several = tree_sample("target");
  several["n_targets"] = 2;
  several["aggregate_function"] = "MIN";
  several["base_values"] = std::vector<double>{0.5, -1};
  Attributes sum = tree_sample("target");
  sum["n_targets"] = 2;
  return {
      .name = "TreeEnsembleRegressor",
      .domain = "ai.onnx.ml",
      .doc = "Decision trees over rows of features: what their leaves give to each target.",
      .inputs = {{"x", "f32|f64|i32|i64"}},
      .outputs = {{"y", "f32"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {5, 2}}}, .attributes = std::move(sum)},
                  {.inputs = {{.dims = {5, 2}}}, .attributes = std::move(several)}},
  };
}

}  // namespace tenon::ops
