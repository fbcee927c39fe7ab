// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/trees.h"
#include "core/ops/framework/tree_samples.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace tenon::ops {
namespace {

using Integers = std::vector<int64_t>;
using Reals = std::vector<double>;

Result<Trees> read(const Attributes& attributes, bool lists = true) {
  Graph graph;
  Node node;
  node.attributes = attributes;
  const NodeContext context(graph, node);
  return lists ? read_node_lists(context, "target", 2) : read_ensemble(context, 2);
}

std::string failure(const Attributes& attributes, bool lists = true) {
  const Result<Trees> trees = read(attributes, lists);
  return trees.ok() ? "" : std::string(trees.status().message());
}

// x0 in the set? leaf 0, else leaf 1.
Attributes membership(Reals values) {
  return {{"tree_roots", Integers{0}},
          {"nodes_featureids", Integers{0}},
          {"nodes_splits", Reals{0}},
          {"nodes_modes", Integers{6}},
          {"nodes_truenodeids", Integers{0}},
          {"nodes_trueleafs", Integers{1}},
          {"nodes_falsenodeids", Integers{1}},
          {"nodes_falseleafs", Integers{1}},
          {"leaf_targetids", Integers{0, 1}},
          {"leaf_weights", Reals{1, 2}},
          {"membership_values", std::move(values)}};
}

TEST(Trees, children_stand_after_their_parents) {
  const Result<Trees> trees = read(tree_sample("target"));
  ASSERT_TRUE(trees.ok()) << trees.status().message();
  EXPECT_EQ(trees->splits.size(), 3u);
  EXPECT_EQ(trees->leaves.size(), 5u);
  EXPECT_EQ(trees->roots.size(), 2u);
  EXPECT_EQ(trees->features, 2);
  for (size_t i = 0; i < trees->splits.size(); ++i) {
    for (const int64_t child : {trees->splits[i].yes, trees->splits[i].no}) {
      EXPECT_TRUE(child < 0 || child > static_cast<int64_t>(i)) << i << " leads to " << child;
    }
  }
}

TEST(Trees, a_node_that_leads_nowhere_is_an_error) {
  Attributes attributes = tree_sample("target");
  attributes["nodes_truenodeids"] = Integers{1, 0, 9, 0, 0, 1, 0, 0};
  EXPECT_EQ(failure(attributes), "node 2 of tree 0 leads to node 9, which is not there");
}

TEST(Trees, a_cycle_is_an_error) {
  Attributes attributes = membership({});
  attributes["nodes_modes"] = Integers{0, 0};
  attributes["nodes_featureids"] = Integers{0, 1};
  attributes["nodes_splits"] = Reals{0, 1};
  attributes["nodes_truenodeids"] = Integers{1, 0};
  attributes["nodes_trueleafs"] = Integers{0, 0};
  attributes["nodes_falsenodeids"] = Integers{0, 1};
  attributes["nodes_falseleafs"] = Integers{1, 1};
  EXPECT_EQ(failure(attributes, false), "node 0 of the trees leads back to itself");
}

TEST(Trees, lists_of_different_length_are_an_error) {
  Attributes attributes = tree_sample("target");
  attributes["nodes_featureids"] = Integers{0};
  EXPECT_EQ(failure(attributes), "attribute nodes_featureids has 1 entries, expected 8");
}

TEST(Trees, a_target_that_is_not_there_is_an_error) {
  Attributes attributes = tree_sample("target");
  attributes["target_ids"] = Integers{0, 0, 1, 1, 0, 2};
  EXPECT_EQ(failure(attributes), "target_ids has 2, expected 0 to 1");
}

TEST(Trees, membership_becomes_a_chain_of_equalities) {
  const double end = std::numeric_limits<double>::quiet_NaN();
  const Result<Trees> trees = read(membership({3, 5, 8, end}), false);
  ASSERT_TRUE(trees.ok()) << trees.status().message();
  ASSERT_EQ(trees->splits.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(trees->splits[i].branch, Branch::equal);
    EXPECT_EQ(trees->splits[i].threshold, (Reals{3, 5, 8}[i]));
    EXPECT_EQ(trees->splits[i].yes, ~int64_t{0});
    EXPECT_EQ(trees->splits[i].no, i == 2 ? ~int64_t{1} : static_cast<int64_t>(i) + 1);
  }
}

TEST(Trees, a_set_without_an_end_is_an_error) {
  EXPECT_EQ(failure(membership({3, 5}), false), "membership_values end before the set of node 0");
}

}  // namespace
}  // namespace tenon::ops
