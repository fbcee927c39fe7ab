// SPDX-License-Identifier: Apache-2.0
// Trees as lists of nodes that are named by tree and number: ai.onnx.ml 1 to 3.
#include "core/ops/framework/constants.h"
#include "core/ops/framework/trees.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

namespace tenon::ops {
namespace {

constexpr std::string_view modes[] = {"BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE",
                                      "BRANCH_GT",  "BRANCH_EQ", "BRANCH_NEQ"};

using Key = std::pair<int64_t, int64_t>;  // tree, node

struct KeyHash {
  size_t operator()(const Key& key) const {
    const auto mixed = static_cast<uint64_t>(key.first) * 0x9e3779b97f4a7c15u;
    return std::hash<uint64_t>()(mixed ^ static_cast<uint64_t>(key.second));
  }
};

class NodeLists {
 public:
  NodeLists(const NodeContext& c, std::string_view shares) : c_(c), shares_(shares) {}

  Result<Trees> read(int64_t targets) {
    TENON_TRY(columns());
    TENON_TRY(number_nodes());
    TENON_TRY(link());
    TENON_TRY(share_out(targets));
    find_roots();
    TENON_TRY(trees_.sort());
    return std::move(trees_);
  }

 private:
  // Attribute `name` as one entry for each node; an absent optional one is all zeros.
  Result<std::vector<int64_t>> column(std::string_view name, std::string_view prefix,
                                      size_t count) {
    const std::string full = fmt::format("{}_{}", prefix, name);
    std::vector<int64_t> entries = c_.integers(full, {});
    if (entries.size() != count) {
      return invalid("attribute {} has {} entries, expected {}", full, entries.size(), count);
    }
    return entries;
  }

  // Attribute `prefix`_`name` or its tensor, which may be of type f64.
  Result<std::vector<double>> numbers(std::string_view name, std::string_view prefix,
                                      size_t count) {
    const std::string full = fmt::format("{}_{}", prefix, name);
    TENON_TRY_ASSIGN(std::vector<double> entries, reals_of(c_, full + "_as_tensor"));
    const Constant* tensor = c_.tensor(full + "_as_tensor");
    if (tensor != nullptr && tensor->dtype == DType::f64) trees_.wide = true;
    if (tensor == nullptr) entries = c_.reals(full, {});
    if (entries.size() != count) {
      return invalid("attribute {} has {} entries, expected {}", full, entries.size(), count);
    }
    return entries;
  }

  Status columns() {
    const auto found = c_.node().attributes.find("nodes_modes");
    const auto* names = found == c_.node().attributes.end()
                            ? nullptr
                            : std::get_if<std::vector<std::string>>(&found->second);
    if (names == nullptr) return invalid("attribute nodes_modes is missing");
    modes_ = *names;
    const size_t count = modes_.size();
    TENON_TRY_ASSIGN(treeids_, column("treeids", "nodes", count));
    TENON_TRY_ASSIGN(nodeids_, column("nodeids", "nodes", count));
    TENON_TRY_ASSIGN(features_, column("featureids", "nodes", count));
    TENON_TRY_ASSIGN(yes_, column("truenodeids", "nodes", count));
    TENON_TRY_ASSIGN(no_, column("falsenodeids", "nodes", count));
    TENON_TRY_ASSIGN(thresholds_, numbers("values", "nodes", count));
    if (!c_.integers("nodes_missing_value_tracks_true", {}).empty()) {
      TENON_TRY_ASSIGN(nan_true_, column("missing_value_tracks_true", "nodes", count));
    }
    nan_true_.resize(count);
    return {};
  }

  Key key(size_t i) const { return {treeids_[i], nodeids_[i]}; }

  // Where each node of the lists goes: a split, or ~leaf.
  Status number_nodes() {
    for (size_t i = 0; i < modes_.size(); ++i) {
      const bool leaf = modes_[i] == "LEAF";
      const auto place = leaf ? ~static_cast<int64_t>(trees_.leaves.size())
                              : static_cast<int64_t>(trees_.splits.size());
      if (!places_.emplace(key(i), place).second) {
        return invalid("node {} of tree {} stands twice in the lists", nodeids_[i], treeids_[i]);
      }
      if (leaf) {
        trees_.leaves.emplace_back();
        continue;
      }
      const auto* const mode = std::ranges::find(modes, std::string_view(modes_[i]));
      if (mode == std::end(modes)) {
        return invalid(
            "nodes_modes has \"{}\", expected LEAF or BRANCH_LEQ, _LT, _GTE, _GT, _EQ "
            "or _NEQ",
            modes_[i]);
      }
      if (features_[i] < 0 || features_[i] > INT32_MAX) {
        return invalid("node {} of tree {} looks at feature {}", nodeids_[i], treeids_[i],
                       features_[i]);
      }
      trees_.splits.push_back({.feature = features_[i],
                               .threshold = thresholds_[i],
                               .branch = static_cast<Branch>(mode - std::begin(modes)),
                               .nan_true = nan_true_[i] != 0});
    }
    if (places_.size() > INT32_MAX / 4) return unsupported("{} nodes of trees", places_.size());
    return {};
  }

  Status link() {
    for (size_t i = 0; i < modes_.size(); ++i) {
      const int64_t place = places_[key(i)];
      if (place < 0) continue;
      for (const bool yes : {true, false}) {
        const Key child{treeids_[i], yes ? yes_[i] : no_[i]};
        const auto found = places_.find(child);
        if (found == places_.end()) {
          return invalid("node {} of tree {} leads to node {}, which is not there", nodeids_[i],
                         treeids_[i], child.second);
        }
        Trees::Split& split = trees_.splits[static_cast<size_t>(place)];
        (yes ? split.yes : split.no) = found->second;
        children_.insert(found->second);
      }
    }
    return {};
  }

  Status share_out(int64_t targets) {
    const std::string_view prefix = shares_;
    const std::vector<int64_t> ids = c_.integers(fmt::format("{}_ids", prefix), {});
    TENON_TRY_ASSIGN(const auto trees, column("treeids", prefix, ids.size()));
    TENON_TRY_ASSIGN(const auto nodes, column("nodeids", prefix, ids.size()));
    TENON_TRY_ASSIGN(const auto weights, numbers("weights", prefix, ids.size()));
    for (size_t i = 0; i < ids.size(); ++i) {
      const auto found = places_.find({trees[i], nodes[i]});
      if (found == places_.end()) {
        return invalid("{}_nodeids names node {} of tree {}, which is not there", prefix, nodes[i],
                       trees[i]);
      }
      if (ids[i] < 0 || ids[i] >= targets) {
        return invalid("{}_ids has {}, expected 0 to {}", prefix, ids[i], targets - 1);
      }
      // Weights of nodes that branch are never reached.
      if (found->second >= 0) continue;
      trees_.leaves[static_cast<size_t>(~found->second)].push_back({ids[i], weights[i]});
    }
    return {};
  }

  // The first node of each tree that no other node leads to, trees as the lists have them.
  void find_roots() {
    std::set<int64_t> seen;
    for (size_t i = 0; i < modes_.size(); ++i) {
      const int64_t place = places_[key(i)];
      if (children_.contains(place) || !seen.insert(treeids_[i]).second) continue;
      trees_.roots.push_back(place);
    }
  }

  const NodeContext& c_;
  std::string_view shares_;
  Trees trees_;
  std::vector<std::string> modes_;
  std::vector<int64_t> treeids_, nodeids_, features_, yes_, no_, nan_true_;
  std::vector<double> thresholds_;
  std::unordered_map<Key, int64_t, KeyHash> places_;
  std::set<int64_t> children_;
};

}  // namespace

Result<Trees> read_node_lists(const NodeContext& c, std::string_view shares, int64_t targets) {
  return NodeLists(c, shares).read(targets);
}

}  // namespace tenon::ops
