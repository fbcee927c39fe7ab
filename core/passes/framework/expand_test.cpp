// SPDX-License-Identifier: Apache-2.0
#include "core/passes/expand.h"

#include "core/passes/framework/pass_test.h"

#include <algorithm>

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
  EXPECT_EQ(to_text(graph), R"(symbol s0 "N"
input %0 "x" f32[s0, 4]
%3 "p.Reduce" f32[s0, 1] = Reduce(%0) "p.Reduce" {axes = [1], keepdims = 1, mode = "max"}
%4 "p.Map" f32[s0, 4] = Map(%0, %3) "p.Map" : exp(x0 - x1[coord(0)])
%5 "p.Reduce" f32[s0, 1] = Reduce(%4) "p.Reduce" {axes = [1], keepdims = 1, mode = "sum"}
%1 "p" f32[s0, 4] = Map(%4, %5) "p.Map" : x0 / x1[coord(0)]
%2 "y" f32[s0, 4] = Relu(%1) "y" : max(x0, 0.0)
output %2 "y"
)");
}

TEST(Expand, a_size_that_a_kernel_finds_is_read_from_the_kernel) {
  Graph graph = graph_of(R"(input %0 "x" i32[3, 4]
%1 "y" none = NonZero(%0) "y"
output %1 "y"
)");
  ASSERT_TRUE(run_named(graph, {"infer", "lower"}).ok());
  ASSERT_EQ(graph.symbols.size(), 1u);
  EXPECT_TRUE(graph.symbols[0].count);
  const ValueId count = graph.symbols[0].value;
  EXPECT_EQ(graph.main().nodes.front().outputs, (std::vector<ValueId>{1, count}));
  ASSERT_TRUE(expand_nodes(graph, [](size_t) { return true; }).ok());
  const Node& compact = graph.main().nodes.front();
  EXPECT_EQ(compact.op, "Compact");
  EXPECT_EQ(compact.outputs.back(), count);
  EXPECT_EQ(graph.symbols[0].value, count);
  EXPECT_EQ(graph.value(1).dims[0].constant(), 2);
  EXPECT_EQ(graph.value(1).dims[1].op(), TENON_EXPR_SYMBOL);
}

// How many nodes of each run draw a seed.
size_t seeds_drawn(const std::string& attributes) {
  Graph graph = graph_of("%0 \"y\" none = RandomNormal() \"y\" {shape = [999]" + attributes +
                         "}\noutput %0 \"y\"\n");
  EXPECT_TRUE(run_named(graph, {"infer", "lower"}).ok());
  EXPECT_TRUE(expand_nodes(graph, [](size_t) { return true; }).ok());
  return static_cast<size_t>(std::ranges::count(graph.main().nodes, "RandomSeed", &Node::op));
}

TEST(Expand, random_numbers_without_a_seed_draw_one_in_each_run) {
  EXPECT_EQ(seeds_drawn(""), 1u);
  EXPECT_EQ(seeds_drawn(", seed = 2.5"), 0u);
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
