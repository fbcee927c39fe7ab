// SPDX-License-Identifier: Apache-2.0
#include "core/passes/expand.h"
#include "core/passes/framework/pass_test.h"
#include "core/passes/island.h"

namespace tenon {
namespace {

Graph lowered(std::string_view text) {
  Graph graph = graph_of(text);
  EXPECT_TRUE(run_named(graph, {"infer", "lower"}).ok());
  return graph;
}

constexpr std::string_view halves = R"(constant %1 "w" f16[2, 3] = {1, 2, 3, 4, 5, 6}
input %0 "x" f32[4, 3]
%2 "wide" none = Cast(%1) "wide" {to = 1}
%3 "turned" none = Transpose(%2) "turned" {perm = [1, 0]}
%4 "y" none = MatMul(%0, %3) "y"
output %4 "y"
)";

TEST(LinearPass, a_product_with_turned_weights_reads_them_as_they_lie) {
  Graph graph = lowered(halves);
  const Result<bool> ran = run_island_passes(graph, Features("formulas tenon.Linear"));
  ASSERT_TRUE(ran.ok() && *ran);
  EXPECT_EQ(to_text(graph), R"(constant %1 "w" f16[2, 3] = {1.0, 2.0, 3.0, 4.0, 5.0, 6.0}
input %0 "x" f32[4, 3]
%4 "y" f32[4, 2] = tenon::Linear(%0, %1) "y" {outputs = 2}
output %4 "y"
)");
}

TEST(LinearPass, devices_that_have_no_kernel_for_it_keep_the_product) {
  Graph graph = lowered(halves);
  const std::string before = to_text(graph);
  const Result<bool> ran = run_island_passes(graph, Features("formulas"));
  ASSERT_TRUE(ran.ok() && !*ran);
  EXPECT_EQ(to_text(graph), before);
}

TEST(LinearPass, what_is_formed_expands_to_what_it_was) {
  Graph graph = lowered(halves);
  ASSERT_TRUE(run_island_passes(graph, Features("tenon.Linear")).ok());
  const Result<size_t> expanded = expand_nodes(graph, [](size_t) { return true; });
  ASSERT_TRUE(expanded.ok()) << expanded.status().message();
  ASSERT_EQ(graph.main().nodes.size(), 3u);
  EXPECT_EQ(graph.main().nodes[0].op, "Cast");
  EXPECT_EQ(graph.main().nodes[1].op, "Transpose");
  EXPECT_EQ(graph.main().nodes[2].op, "MatMul");
}

TEST(LinearPass, what_gemm_adds_is_added_behind) {
  Graph graph = lowered(R"(constant %1 "w" f16[2, 3] = {1, 2, 3, 4, 5, 6}
input %0 "x" f32[4, 3]
input %2 "c" f32[2]
%3 "wide" none = Cast(%1) "wide" {to = 1}
%4 "y" none = Gemm(%0, %3, %2) "y" {transB = 1}
output %4 "y"
)");
  ASSERT_TRUE(run_island_passes(graph, Features("tenon.Linear")).ok());
  ASSERT_EQ(graph.main().nodes.size(), 2u);
  EXPECT_EQ(graph.main().nodes[0].op, "Linear");
  EXPECT_EQ(graph.main().nodes[1].op, "Add");
  EXPECT_NE(graph.main().nodes[1].formula, no_expr);
}

TEST(Epilogues, an_element_node_becomes_the_formula_of_the_product_before_it) {
  Graph graph = lowered(R"(input %0 "x" f32[4, 3]
input %1 "w" f32[3, 2]
input %2 "b" f32[2]
%3 "p" none = MatMul(%0, %1) "p"
%4 "y" none = Add(%2, %3) "y"
output %4 "y"
)");
  const auto names = attach_epilogues(graph, Features("tenon.fused.MatMul"), {});
  EXPECT_EQ(names, std::set<std::string>{"p"});
  EXPECT_EQ(to_text(graph), R"(input %0 "x" f32[4, 3]
input %1 "w" f32[3, 2]
input %2 "b" f32[2]
%4 "y" f32[4, 2] = tenon.fused::MatMul(%0, %1, %2) "p" {epilogue = 2} : x1[coord(1)] + x0
output %4 "y"
)");
}

TEST(Epilogues, what_reads_an_epilogue_twice_joins_it) {
  Graph graph = lowered(R"(input %0 "x" f32[4, 3]
input %1 "w" f32[3, 2]
input %2 "b" f32[2]
input %3 "r" f32[4, 2]
%4 "p" none = MatMul(%0, %1) "p"
%5 "s" none = Add(%4, %2) "s"
%6 "m" none = Mul(%5, %5) "m"
%7 "y" none = Add(%6, %3) "y"
output %7 "y"
)");
  const auto names = attach_epilogues(graph, Features("tenon.fused.MatMul"), {});
  EXPECT_EQ(names, std::set<std::string>{"p"});
  ASSERT_EQ(graph.main().nodes.size(), 1u);
  const Node& node = graph.main().nodes[0];
  EXPECT_EQ(node.inputs, (std::vector<ValueId>{0, 1, 2, 3}));
  EXPECT_EQ(to_text(graph.exprs->rows(), node.formula),
            "(x0 + x1[coord(1)]) * (x0 + x1[coord(1)]) + x2");
}

TEST(Epilogues, a_result_that_others_read_or_that_was_refused_stays) {
  const std::string_view text = R"(input %0 "x" f32[4, 4]
%1 "p" none = MatMul(%0, %0) "p"
%2 "y" none = Relu(%1) "y"
output %2 "y"
)";
  Graph refused = lowered(text);
  EXPECT_TRUE(attach_epilogues(refused, Features("tenon.fused.MatMul"), {"p"}).empty());
  Graph read = lowered(std::string(text) + "output %1 \"p\"\n");
  EXPECT_TRUE(attach_epilogues(read, Features("tenon.fused.MatMul"), {}).empty());
  Graph unknown = lowered(text);
  EXPECT_TRUE(attach_epilogues(unknown, Features("tenon.fused.Conv"), {}).empty());
}

}  // namespace
}  // namespace tenon
