// SPDX-License-Identifier: Apache-2.0
#include "core/graph/fix_inputs.h"

#include "core/graph/text.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

Graph reduction() {
  return std::move(*parse_graph(R"(symbol s0 "n"
input %0 "x" f32[2, 3]
input %1 "axes" i64[s0]
%2 "y" none = ReduceSum(%0, %1) "sum"
output %2 "y"
)"));
}

TEST(FixInputs, an_input_becomes_a_constant) {
  Graph graph = reduction();
  ASSERT_TRUE(fix_inputs(graph, {{"axes", "0, -1"}}).ok());
  EXPECT_EQ(to_text(graph), R"(symbol s0 "n"
constant %1 "axes" i64[2] = {0, -1}
input %0 "x" f32[2, 3]
%2 "y" none = ReduceSum(%0, %1) "sum"
output %2 "y"
)");
}

TEST(FixInputs, mistakes_are_answered) {
  Graph graph = reduction();
  const auto error = [&](const std::string& name, const std::string& text) {
    return std::string(fix_inputs(graph, {{name, text}}).message());
  };
  EXPECT_EQ(error("axis", "1"), "no input is named \"axis\"; the model's inputs are: x, axes");
  EXPECT_EQ(error("axes", "one"),
            "value of input \"axes\": \"one\", expected at most 1024 numbers");
  EXPECT_EQ(error("x", "1, 2"), "value of input \"x\": 2 elements, expected 6");
}

}  // namespace
}  // namespace tenon
