// SPDX-License-Identifier: Apache-2.0
#include "core/graph/bodies.h"

#include "core/graph/text.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

constexpr std::string_view nested = R"(constant %1 "w" f32[] = {2.0}
input %0 "x" f32[4]
input %2 "c" bool[]
%3 "a" f32[4] = Neg(%0) "neg"
%4 "y" none = If(%2) "if" {else_branch = body 2, then_branch = body 1}
output %4 "y"
body 1 "then"
%5 "p" none = Mul(%3, %1) "mul"
output %5
body 2 "else"
%6 "q" none = If(%2) "inner" {else_branch = body 3, then_branch = body 3}
output %6
body 3 "deep"
%7 "r" none = Add(%0, %3) "add"
output %7
)";

Graph closed() {
  Graph graph = std::move(*parse_graph(nested));
  for (Node& node : graph.main().nodes) close_node(graph, node);
  return graph;
}

HostValue floats(std::vector<int64_t> dims) {
  return HostValue::of(std::move(*make_tensor(DType::f32, std::move(dims))));
}

TEST(Bodies, what_they_take_from_outside_becomes_inputs_of_the_node_once) {
  Graph graph = closed();
  // The constant is no input.
  Node& node = graph.main().nodes.back();
  EXPECT_EQ(node.inputs.front(), 2u);
  EXPECT_EQ(captured_count(node), 3u);
  EXPECT_EQ(node.inputs.size(), 4u);
  close_node(graph, node);
  EXPECT_EQ(node.inputs.size(), 4u);
}

TEST(Bodies, are_graphs_of_their_own_with_free_extents) {
  const Graph graph = closed();
  const Node& node = graph.main().nodes.back();
  std::vector<HostValue> given;
  for (size_t i = 1; i < node.inputs.size(); ++i) {
    given.push_back(node.inputs[i] == 2u
                        ? HostValue::of(std::move(*make_tensor(DType::boolean, {})))
                        : floats({4}));
  }
  const auto body = body_graph(graph, node, 1, given);
  ASSERT_TRUE(body.ok()) << body.status().message();
  EXPECT_EQ(body->main().nodes.size(), 1u);
  EXPECT_EQ(body->main().inputs.size(), 3u);
  EXPECT_EQ(body->value(3).kind, ValueKind::input);
  EXPECT_FALSE(body->value(3).dims.front().is_constant());
  EXPECT_EQ(body->value(1).kind, ValueKind::constant);
  given.push_back(floats({1}));
  EXPECT_FALSE(body_graph(graph, node, 1, given).ok());
}

TEST(Bodies, signatures_tell_ranks_and_types_apart_but_no_extents) {
  const Graph graph = closed();
  Node node;
  EXPECT_EQ(signature_of(node, std::vector{floats({2, 3})}),
            signature_of(node, std::vector{floats({5, 1})}));
  EXPECT_NE(signature_of(node, std::vector{floats({2, 3})}),
            signature_of(node, std::vector{floats({6})}));
  EXPECT_NE(signature_of(node, std::vector{HostValue::sequence({}, DType::f32)}),
            signature_of(node, std::vector{floats({})}));
}

}  // namespace
}  // namespace tenon
