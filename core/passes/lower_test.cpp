// SPDX-License-Identifier: Apache-2.0
#include "core/passes/framework/pass_test.h"

namespace tenon {
namespace {

TEST(Lower, element_operators_become_formulas_without_shape_operands) {
  EXPECT_EQ(after({"infer", "lower"}, R"(symbol s0 "N"
constant %1 "half" f32[] = {0.5}
constant %2 "wanted" i64[1] = {-1}
input %0 "x" f32[s0, 3]
%3 "a" none = Mul(%0, %1) "scale"
%4 "b" none = Transpose(%3) "transpose" {perm = [1, 0]}
%5 "c" none = Reshape(%4, %2) "flatten"
%6 "d" none, %7 "e" none = Split(%0) "split" {axis = 1, num_outputs = 2}
%8 "f" none = MatMul(%0, %4) "product"
output %5 "c"
output %7 "e"
output %8 "f"
)"),
            R"(symbol s0 "N"
constant %1 "half" f32[] = {0.5}
constant %2 "wanted" i64[1] = {-1}
input %0 "x" f32[s0, 3]
%3 "a" f32[s0, 3] = Mul(%0) "scale" : x0 * 0.5
%4 "b" f32[3, s0] = Transpose(%3) "transpose" : x0[coord(0) + coord(1) * 3]
%5 "c" f32[s0 * 3] = Reshape(%4) "flatten" : x0
%7 "e" f32[s0, 1] = Split(%0) "split" : x0[coord(0) * 3 + 2]
%8 "f" f32[s0, s0] = MatMul(%0, %4) "product"
output %5 "c"
output %7 "e"
output %8 "f"
)");
}

TEST(Lower, a_composite_with_a_body_is_written_out) {
  Graph graph = graph_of(R"(input %0 "q" f32[1, 2, 3, 4]
%1 "y" none = ai.onnx.preview::FlexAttention(%0, %0, %0) "attend" {score_mod = body 1}
output %1 "y"
body 1 "score_mod"
input %2 "scores" f32[1, 2, 3, 3]
%3 "capped" none = Tanh(%2) "tanh"
output %3
)");
  ASSERT_TRUE(run_named(graph, {"close_bodies", "infer", "lower"}).ok());
  const std::vector<Node>& nodes = graph.main().nodes;
  EXPECT_TRUE(std::ranges::none_of(nodes, [](const Node& n) { return n.op == "FlexAttention"; }));
  EXPECT_EQ(std::ranges::count(nodes, "Tanh", &Node::op), 1);
}

}  // namespace
}  // namespace tenon
