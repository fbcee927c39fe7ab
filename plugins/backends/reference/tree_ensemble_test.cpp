// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/reference.h"
#include "sdk/testing/test_device.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tenon::reference {
namespace {

using testing::integer;
using testing::tensor;
using testing::TestDevice;
using testing::TestTensor;
using testing::word;
using Reals = std::vector<double>;

// One tree: x0 <= 0.5 (NaN goes there too) gives 1 to target 0, else x0 > 2 gives 4 to both
// targets, else nothing; and a tree that is a leaf, which gives 2 to target 1.
Result<std::vector<TestTensor>> score(const std::string& aggregate, Reals x, Reals nodes) {
  const auto rows = static_cast<int64_t>(x.size());
  return TestDevice(backend()).run_node(
      "TreeEnsemble",
      {tensor(DType::f32, {rows, 1}, std::move(x)), tensor(DType::i32, {2, 4}, std::move(nodes)),
       tensor(DType::f32, {2}, {0.5, 2}), tensor(DType::i32, {2}, {0, -4}),
       tensor(DType::i32, {5}, {0, 1, 3, 3, 4}), tensor(DType::i32, {4}, {0, 0, 1, 1}),
       tensor(DType::f32, {4}, {1, 4, 4, 2})},
      {testing::empty_tensor(DType::f32, {rows, 2})},
      {word("aggregate", aggregate), integer("targets", 2)});
}

const Reals good_nodes = {0, 8, -1, 1, 0, 3, -2, -3};

Reals scores(const std::string& aggregate, Reals x) {
  const auto y = score(aggregate, std::move(x), good_nodes);
  EXPECT_TRUE(y.ok()) << y.status().message();
  return y.ok() ? (*y)[0].reals() : Reals();
}

TEST(ReferenceTreeEnsemble, leaves_give_to_their_targets) {
  EXPECT_EQ(scores("sum", {0, 1, 3, std::nan("")}), (Reals{1, 2, 0, 2, 4, 6, 1, 2}));
}

TEST(ReferenceTreeEnsemble, averages_divide_by_the_trees) {
  EXPECT_EQ(scores("average", {0, 3}), (Reals{0.5, 1, 2, 3}));
}

TEST(ReferenceTreeEnsemble, extremes_are_those_of_the_leaves_that_gave) {
  EXPECT_EQ(scores("min", {1, 3}), (Reals{0, 2, 4, 2}));
  EXPECT_EQ(scores("max", {1, 3}), (Reals{0, 2, 4, 4}));
}

TEST(ReferenceTreeEnsemble, nodes_that_lead_nowhere_are_an_error) {
  // Back to itself, beyond the nodes, beyond the leaves, a feature that is not there.
  for (const Reals& nodes : {Reals{0, 8, 0, 1, 0, 3, -2, -3}, Reals{0, 8, 7, 1, 0, 3, -2, -3},
                             Reals{0, 8, -9, 1, 0, 3, -2, -3}, Reals{1, 8, -1, 1, 0, 3, -2, -3}}) {
    EXPECT_EQ(score("sum", {0}, nodes).status().code(), Code::invalid);
  }
}

TEST(ReferenceCouplePairs, two_classes_keep_their_probability) {
  const auto y = TestDevice(backend()).run_node(
      "CouplePairs", {tensor(DType::f64, {2, 1}, {0.25, 0.9})},
      {testing::empty_tensor(DType::f64, {2, 2})}, {integer("classes", 2)});
  ASSERT_TRUE(y.ok()) << y.status().message();
  const Reals p = (*y)[0].reals();
  EXPECT_NEAR(p[0], 0.25, 0.01);
  EXPECT_NEAR(p[0] + p[1], 1, 1e-12);
  EXPECT_NEAR(p[2], 0.9, 0.01);
}

}  // namespace
}  // namespace tenon::reference
