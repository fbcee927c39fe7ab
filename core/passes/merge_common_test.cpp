// SPDX-License-Identifier: Apache-2.0
#include "core/passes/framework/pass_test.h"

namespace tenon {
namespace {

TEST(MergeCommon, nodes_that_compute_the_same_become_one) {
  EXPECT_EQ(after({"merge_common"}, R"(constant %1 "two" f32[] = {2.0}
constant %2 "also two" f32[] = {2.0}
input %0 "x" f32[4]
%3 "a" none = Mul(%0, %1) "a"
%4 "b" none = Mul(%0, %2) "b"
%5 "c" none = Elu(%3) "c" {alpha = 0.5}
%6 "d" none = Elu(%4) "d" {alpha = 0.5}
%7 "e" none = Elu(%4) "e" {alpha = 0.25}
%8 "y" none = Sum(%5, %6, %7) "y"
output %8 "y"
)"),
            R"(constant %1 "two" f32[] = {2.0}
constant %2 "also two" f32[] = {2.0}
input %0 "x" f32[4]
%3 "a" none = Mul(%0, %1) "a"
%5 "c" none = Elu(%3) "c" {alpha = 0.5}
%7 "e" none = Elu(%3) "e" {alpha = 0.25}
%8 "y" none = Sum(%5, %5, %7) "y"
output %8 "y"
)");
}

TEST(MergeCommon, random_numbers_stay_apart) {
  Graph graph = graph_of(R"(%0 "a" none = RandomNormal() "a" {shape = [2]}
%1 "b" none = RandomNormal() "b" {shape = [2]}
%2 "y" none = Add(%0, %1) "y"
output %2 "y"
)");
  ASSERT_TRUE(run_named(graph, {"merge_common"}).ok());
  EXPECT_EQ(graph.main().nodes.size(), 3u);
}

}  // namespace
}  // namespace tenon
