// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/trees.h"

#include "core/ops/framework/classes.h"
#include "core/ops/framework/compose.h"
#include "core/ops/framework/constants.h"

#include <algorithm>
#include <utility>

namespace tenon::ops {
namespace {

enum class Mark : uint8_t { fresh, open, done };

// Depth-first from one root; `order` receives nodes after all they lead to.
Status visit(const std::vector<Trees::Split>& splits, int64_t root, std::vector<Mark>& marks,
             std::vector<int64_t>& order) {
  std::vector<int64_t> path = {root};
  while (!path.empty()) {
    const auto node = static_cast<size_t>(path.back());
    const Trees::Split& split = splits[node];
    marks[node] = marks[node] == Mark::fresh ? Mark::open : marks[node];
    int64_t next = -1;
    for (const int64_t child : {split.yes, split.no}) {
      if (child < 0 || marks[static_cast<size_t>(child)] == Mark::done) continue;
      if (marks[static_cast<size_t>(child)] == Mark::open) {
        return invalid("node {} of the trees leads back to itself", child);
      }
      next = child;
    }
    if (next >= 0) {
      path.push_back(next);
      continue;
    }
    marks[node] = Mark::done;
    order.push_back(path.back());
    path.pop_back();
  }
  return {};
}

}  // namespace

Status Trees::sort() {
  std::vector<Mark> marks(splits.size(), Mark::fresh);
  std::vector<int64_t> order;
  for (const int64_t root : roots) {
    if (root < 0 || marks[static_cast<size_t>(root)] == Mark::done) continue;
    TENON_TRY(visit(splits, root, marks, order));
  }
  std::ranges::reverse(order);
  std::vector<int64_t> places(splits.size(), -1);
  for (size_t i = 0; i < order.size(); ++i) {
    places[static_cast<size_t>(order[i])] = static_cast<int64_t>(i);
  }
  const auto place = [&](int64_t node) {
    return node < 0 ? node : places[static_cast<size_t>(node)];
  };
  std::vector<Split> sorted;
  for (const int64_t node : order) {
    Split split = splits[static_cast<size_t>(node)];
    split.yes = place(split.yes);
    split.no = place(split.no);
    features = std::max(features, split.feature + 1);
    sorted.push_back(split);
  }
  splits = std::move(sorted);
  for (int64_t& root : roots) root = place(root);
  return {};
}

Result<std::vector<double>> base_values(const NodeContext& c, int64_t targets) {
  TENON_TRY_ASSIGN(std::vector<double> values, reals_of(c, "base_values_as_tensor"));
  if (values.empty()) values = c.reals("base_values", {});
  if (!values.empty() && static_cast<int64_t>(values.size()) != targets && values.size() != 1) {
    return invalid("{} base_values for {} targets", values.size(), targets);
  }
  return values;
}

Status check_features(InferContext& c, const Trees& trees) {
  TENON_TRY(row_count(c).status());
  return c.require(c.dim(0, -1) >= trees.features, "the features that the trees look at");
}

ValueId tree_scores(ExpandContext& c, const Trees& trees, std::string_view aggregate,
                    int64_t targets, DType weights) {
  std::vector<int64_t> nodes, begins, shares;
  std::vector<double> thresholds, amounts;
  for (const Trees::Split& split : trees.splits) {
    const auto branch = static_cast<int64_t>(split.branch);
    nodes.insert(nodes.end(),
                 {split.feature, branch + (split.nan_true ? 8 : 0), split.yes, split.no});
    thresholds.push_back(split.threshold);
  }
  for (const std::vector<Trees::Share>& leaf : trees.leaves) {
    begins.push_back(static_cast<int64_t>(shares.size()));
    for (const Trees::Share& share : leaf) {
      shares.push_back(share.target);
      amounts.push_back(share.weight);
    }
  }
  begins.push_back(static_cast<int64_t>(shares.size()));
  const ValueId x =
      c.rank(0) == 1 ? reshape(c, c.input(0), {c.number(1), c.dim(0, 0)}) : c.input(0);
  const auto count = static_cast<int64_t>(trees.splits.size());
  const DType wide = trees.wide ? DType::f64 : DType::f32;
  return c.add("TreeEnsemble",
               {x, constant(c, DType::i32, {count, 4}, nodes), vector_constant(c, wide, thresholds),
                vector_constant(c, DType::i32, trees.roots), vector_constant(c, DType::i32, begins),
                vector_constant(c, DType::i32, shares), vector_constant(c, weights, amounts)},
               {{"aggregate", std::string(aggregate)}, {"targets", targets}});
}

}  // namespace tenon::ops
