// SPDX-License-Identifier: Apache-2.0
// Trees as arrays of nodes and leaves: ai.onnx.ml 5.
#include "core/ops/framework/constants.h"
#include "core/ops/framework/trees.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace tenon::ops {
namespace {

class NodeArrays {
 public:
  explicit NodeArrays(const NodeContext& c) : c_(c) {}

  Result<Trees> read(int64_t targets) {
    TENON_TRY(leaves(targets));
    TENON_TRY(columns());
    for (size_t i = 0; i < count_; ++i) TENON_TRY(split(i));
    TENON_TRY(members());
    TENON_TRY(roots());
    TENON_TRY(trees_.sort());
    return std::move(trees_);
  }

 private:
  Result<std::vector<int64_t>> column(std::string_view name) const {
    TENON_TRY_ASSIGN(std::vector<int64_t> entries, integers_of(c_, name));
    if (entries.size() != count_) {
      return invalid("attribute {} has {} entries, expected {}", name, entries.size(), count_);
    }
    return entries;
  }

  Status leaves(int64_t targets) {
    const std::vector<int64_t> ids = c_.integers("leaf_targetids", {});
    TENON_TRY_ASSIGN(const std::vector<double> weights, reals_of(c_, "leaf_weights"));
    if (ids.empty() || ids.size() != weights.size()) {
      return invalid("{} leaf_targetids and {} leaf_weights", ids.size(), weights.size());
    }
    for (size_t i = 0; i < ids.size(); ++i) {
      if (ids[i] < 0 || ids[i] >= targets) {
        return invalid("leaf_targetids has {}, expected 0 to {}", ids[i], targets - 1);
      }
      trees_.leaves.push_back({{ids[i], weights[i]}});
    }
    return {};
  }

  Status columns() {
    TENON_TRY_ASSIGN(thresholds_, reals_of(c_, "nodes_splits"));
    const Constant* tensor = c_.tensor("nodes_splits");
    trees_.wide = tensor != nullptr && tensor->dtype == DType::f64;
    count_ = thresholds_.size();
    if (count_ > INT32_MAX / 4) return unsupported("{} nodes of trees", count_);
    TENON_TRY_ASSIGN(modes_, column("nodes_modes"));
    TENON_TRY_ASSIGN(features_, column("nodes_featureids"));
    TENON_TRY_ASSIGN(yes_, column("nodes_truenodeids"));
    TENON_TRY_ASSIGN(no_, column("nodes_falsenodeids"));
    TENON_TRY_ASSIGN(yes_leaf_, column("nodes_trueleafs"));
    TENON_TRY_ASSIGN(no_leaf_, column("nodes_falseleafs"));
    if (c_.has_attribute("nodes_missing_value_tracks_true")) {
      TENON_TRY_ASSIGN(nan_true_, column("nodes_missing_value_tracks_true"));
    }
    nan_true_.resize(count_);
    return {};
  }

  // A node, or ~leaf.
  Result<int64_t> target(size_t node, int64_t id, int64_t leaf) const {
    const auto most = static_cast<int64_t>(leaf != 0 ? trees_.leaves.size() : count_);
    if (id >= 0 && id < most) return leaf != 0 ? ~id : id;
    return invalid("node {} leads to {} {}, which is not there", node, leaf != 0 ? "leaf" : "node",
                   id);
  }

  Status split(size_t i) {
    if (modes_[i] < 0 || modes_[i] > static_cast<int64_t>(Branch::member)) {
      return invalid("nodes_modes has {}, expected 0 to 6", modes_[i]);
    }
    if (features_[i] < 0 || features_[i] > INT32_MAX) {
      return invalid("node {} looks at feature {}", i, features_[i]);
    }
    Trees::Split split{.feature = features_[i],
                       .threshold = thresholds_[i],
                       .branch = static_cast<Branch>(modes_[i]),
                       .nan_true = nan_true_[i] != 0};
    TENON_TRY_ASSIGN(split.yes, target(i, yes_[i], yes_leaf_[i]));
    TENON_TRY_ASSIGN(split.no, target(i, no_[i], no_leaf_[i]));
    trees_.splits.push_back(split);
    return {};
  }

  // A node that asks for membership becomes one that asks for equality with each member in turn.
  Status members() {
    TENON_TRY_ASSIGN(const std::vector<double> values, reals_of(c_, "membership_values"));
    size_t next = 0;
    for (size_t i = 0; i < count_; ++i) {
      if (trees_.splits[i].branch != Branch::member) continue;
      std::vector<double> set;
      while (next < values.size() && !std::isnan(values[next])) set.push_back(values[next++]);
      if (next == values.size())
        return invalid("membership_values end before the set of node {}", i);
      ++next;
      ask_each(i, set);
    }
    return {};
  }

  void ask_each(size_t node, const std::vector<double>& set) {
    Trees::Split question = trees_.splits[node];
    question.branch = Branch::equal;
    if (set.empty()) {
      // Nothing is a member: only NaN can be let through.
      question.threshold = std::nan("");
      trees_.splits[node] = question;
      return;
    }
    const int64_t no = question.no;
    size_t place = node;
    for (size_t k = 0; k < set.size(); ++k) {
      const bool last = k + 1 == set.size();
      question.threshold = set[k];
      question.no = last ? no : static_cast<int64_t>(trees_.splits.size());
      trees_.splits[place] = question;
      if (last) break;
      place = trees_.splits.size();
      trees_.splits.emplace_back();
    }
  }

  Status roots() {
    trees_.roots = c_.integers("tree_roots", {});
    for (const int64_t root : trees_.roots) {
      if (root >= 0 && root < static_cast<int64_t>(count_)) continue;
      return invalid("tree_roots has {}, expected 0 to {}", root, count_);
    }
    return {};
  }

  const NodeContext& c_;
  Trees trees_;
  size_t count_ = 0;
  std::vector<double> thresholds_;
  std::vector<int64_t> modes_, features_, yes_, no_, yes_leaf_, no_leaf_, nan_true_;
};

}  // namespace

Result<Trees> read_ensemble(const NodeContext& c, int64_t targets) {
  return NodeArrays(c).read(targets);
}

}  // namespace tenon::ops
