// SPDX-License-Identifier: Apache-2.0
#include "core/passes/framework/pass_test.h"

namespace tenon {
namespace {

Graph padded(std::string_view attributes) {
  Graph graph = graph_of(fmt::format(R"(constant %1 "w" f32[1, 1, 3] = {{1, 2, 3}}
constant %2 "pads" i64[6] = {{0, 0, 1, 0, 0, 2}}
input %0 "x" f32[1, 1, 4]
%3 "p" none = Pad(%0, %2) "p"{}
%4 "y" none = Conv(%3, %1) "c" {{pads = [0, 1]}}
output %4 "y"
)",
                                     attributes));
  EXPECT_TRUE(run_named(graph, {"infer", "pad_conv"}).ok());
  return graph;
}

TEST(PadPass, zeros_around_an_input_become_the_convolutions_own) {
  const Graph graph = padded("");
  ASSERT_EQ(graph.main().nodes.size(), 1u);
  const Node& conv = graph.main().nodes[0];
  EXPECT_EQ(graph.value(conv.inputs[0]).name, "x");
  EXPECT_EQ(std::get<std::vector<int64_t>>(conv.attributes.at("pads")),
            (std::vector<int64_t>{1, 3}));
}

TEST(PadPass, what_is_repeated_at_the_edges_stays) {
  EXPECT_EQ(padded(" {mode = \"edge\"}").main().nodes.size(), 2u);
}

}  // namespace
}  // namespace tenon
