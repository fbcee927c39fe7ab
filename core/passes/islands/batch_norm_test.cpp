// SPDX-License-Identifier: Apache-2.0
#include "core/passes/framework/pass_test.h"
#include "core/passes/island.h"

namespace tenon {
namespace {

// The graph after the pass, for a device with convolutions that take epilogues.
Graph folded(std::string_view text) {
  Graph graph = graph_of(text);
  EXPECT_TRUE(run_named(graph, {"infer", "lower"}).ok());
  const Result<bool> ran = run_island_passes(graph, Features("tenon.fused.Conv"));
  EXPECT_TRUE(ran.ok()) << ran.status().message();
  return graph;
}

constexpr std::string_view statistics = R"(constant %1 "w" f32[2, 1, 1] = {1, 2}
constant %2 "scale" f32[2] = {2, 3}
constant %3 "shift" f32[2] = {1, 1}
constant %4 "mean" f32[2] = {1, 2}
constant %5 "variance" f32[2] = {3.75, 8.75}
input %0 "x" f32[1, 1, 4]
%6 "c" none = Conv(%0, %1) "c"
%7 "y" none = BatchNormalization(%6, %2, %3, %4, %5) "n" {epsilon = 0.25}
output %7 "y"
)";

TEST(BatchNormPass, known_statistics_go_into_the_weights_in_front) {
  const Graph graph = folded(statistics);
  ASSERT_EQ(graph.main().nodes.size(), 1u);
  const Node& conv = graph.main().nodes[0];
  EXPECT_EQ(conv.op, "Conv");
  const auto floats = [&](size_t input) {
    return reinterpret_cast<const float*>(graph.value(conv.inputs[input]).constant->bytes.data());
  };
  // Factors 2 / 2 and 3 / 3.
  EXPECT_EQ(floats(1)[0], 1);
  EXPECT_EQ(floats(1)[1], 2);
  EXPECT_EQ(floats(2)[0], 0);
  EXPECT_EQ(floats(2)[1], -1);
}

TEST(BatchNormPass, a_result_that_others_read_is_followed_by_one_multiply_add) {
  const Graph graph = folded(std::string(statistics) + "output %6 \"c\"\n");
  ASSERT_EQ(graph.main().nodes.size(), 2u);
  EXPECT_EQ(graph.main().nodes[1].op, "Map");
  EXPECT_NE(graph.main().nodes[1].formula, no_expr);
}

}  // namespace
}  // namespace tenon
