// SPDX-License-Identifier: Apache-2.0
#include "core/passes/expand.h"

#include "core/passes/framework/pass_test.h"

namespace tenon {
namespace {

TEST(Expand, a_composite_is_written_as_other_operators) {
  Graph graph = graph_of(R"(symbol s0 "N"
input %0 "x" f32[s0, 4]
%1 "p" none = Softmax(%0) "p"
%2 "y" none = Relu(%1) "y"
output %2 "y"
)");
  ASSERT_TRUE(run_named(graph, {"infer", "lower"}).ok());
  const Result<size_t> expanded = expand_nodes(graph, [](size_t) { return true; });
  ASSERT_TRUE(expanded.ok()) << expanded.status().message();
  EXPECT_EQ(*expanded, 1u);
  EXPECT_EQ(to_text(graph), "");
}

TEST(Expand, nodes_that_are_not_wanted_stay_whole) {
  Graph graph = graph_of(R"(input %0 "x" f32[2, 4]
%1 "y" none = Softmax(%0) "y"
output %1 "y"
)");
  ASSERT_TRUE(run_named(graph, {"infer", "lower"}).ok());
  const Result<size_t> expanded = expand_nodes(graph, [](size_t) { return false; });
  ASSERT_TRUE(expanded.ok());
  EXPECT_EQ(*expanded, 0u);
  EXPECT_EQ(graph.main().nodes.front().op, "Softmax");
}

}  // namespace
}  // namespace tenon
