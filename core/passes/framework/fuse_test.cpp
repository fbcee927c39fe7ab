// SPDX-License-Identifier: Apache-2.0
#include "core/passes/fuse.h"

#include "core/ops/framework/rows.h"
#include "core/passes/framework/pass_test.h"
#include "tenon/strip_vm.h"

#include <map>
#include <random>
#include <vector>

namespace tenon {
namespace {

using Floats = std::vector<float>;

int64_t elements_of(const Value& value) {
  int64_t product = 1;
  for (const Expr& dim : value.dims) product *= dim.constant();
  return product;
}

// Runs a graph of formulas over f32 values with constant dims on seeded inputs.
std::map<ValueId, Floats> run(const Graph& graph) {
  std::map<ValueId, Floats> values;
  std::mt19937 random(7);
  std::uniform_real_distribution<float> numbers(-2, 2);
  for (const ValueId id : graph.main().inputs) {
    Floats& floats = values[id];
    for (int64_t i = 0; i < elements_of(graph.value(id)); ++i) floats.push_back(numbers(random));
  }
  for (const Node& node : graph.main().nodes) {
    const Formula formula = cut_out(*graph.exprs, node.formula);
    const auto program = StripProgram::compile(formula.rows, formula.root, node.inputs.size(),
                                               StripProgram::Precision::f32);
    EXPECT_TRUE(program.ok()) << program.status().message();
    std::vector<StripOperand> operands;
    for (const ValueId id : node.inputs) {
      operands.push_back({values[id].data(), DType::f32, static_cast<int64_t>(values[id].size())});
    }
    const ValueId output = node.outputs.front();
    std::vector<int64_t> dims;
    for (const Expr& dim : graph.value(output).dims) dims.push_back(dim.constant());
    Floats floats(static_cast<size_t>(elements_of(graph.value(output))));
    program->run(operands, {}, dims, DType::f32, floats.data(), 0,
                 static_cast<int64_t>(floats.size()));
    values[output] = std::move(floats);
  }
  return values;
}

// Fuses, and expects the same outputs bit by bit; returns the number of nodes that are left.
size_t fused_nodes(std::string_view text) {
  Graph graph = graph_of(text);
  EXPECT_TRUE(run_named(graph, {"infer", "lower"}).ok());
  std::map<ValueId, Floats> before = run(graph);
  EXPECT_TRUE(fuse(graph).ok());
  std::map<ValueId, Floats> now = run(graph);
  for (const ValueId id : graph.main().outputs) EXPECT_EQ(before[id], now[id]) << to_text(graph);
  return graph.main().nodes.size();
}

TEST(Fuse, a_chain_becomes_one_node) {
  EXPECT_EQ(fused_nodes(R"(input %0 "x" f32[2, 3, 4]
input %1 "bias" f32[3, 1]
%2 "a" none = Add(%0, %1) "a"
%3 "b" none = Sigmoid(%2) "b"
%4 "c" none = Mul(%3, %0) "c"
output %4 "y"
)"),
            1u);
}

TEST(Fuse, moved_elements_are_computed_where_they_are_read) {
  EXPECT_EQ(fused_nodes(R"(constant %1 "pads" i64[4] = {1, 0, 2, 1}
input %0 "x" f32[4, 5]
%2 "a" none = Exp(%0) "a"
%3 "b" none = Transpose(%2) "b" {perm = [1, 0]}
%4 "c" none = Pad(%3, %1) "c"
%5 "d" none = Neg(%4) "d"
output %5 "y"
)"),
            2u);
}

TEST(Fuse, what_two_nodes_need_is_computed_once) {
  EXPECT_EQ(fused_nodes(R"(input %0 "x" f32[6]
%1 "a" none = Exp(%0) "a"
%2 "b" none = Sin(%1) "b"
%3 "c" none = Cos(%1) "c"
output %2 "b"
output %3 "c"
)"),
            3u);
}

TEST(Fuse, what_is_broadcast_is_not_computed_again_for_each_element) {
  EXPECT_EQ(fused_nodes(R"(input %0 "x" f32[8, 6]
input %1 "s" f32[8, 1]
%2 "a" none = Exp(%1) "a"
%3 "y" none = Mul(%0, %2) "y"
output %3 "y"
)"),
            2u);
}

TEST(Fuse, an_output_of_the_graph_stays) {
  EXPECT_EQ(fused_nodes(R"(input %0 "x" f32[6]
%1 "a" none = Exp(%0) "a"
%2 "b" none = Log(%1) "b"
output %1 "a"
output %2 "b"
)"),
            2u);
}

TEST(Fuse, a_half_float_in_a_chain_keeps_its_precision) {
  EXPECT_EQ(fused_nodes(R"(input %0 "x" f16[6]
%1 "a" none = Exp(%0) "a"
%2 "y" none = Log(%1) "y"
output %2 "y"
)"),
            1u);
}

TEST(Fuse, a_cast_to_a_narrow_type_rounds) {
  Graph graph = graph_of(R"(input %0 "x" f32[6]
%1 "a" none = Cast(%0) "a" {to = 10}
%2 "y" none = Cast(%1) "y" {to = 1}
output %2 "y"
)");
  ASSERT_TRUE(run_named(graph, {"infer", "lower"}).ok());
  ASSERT_TRUE(fuse(graph).ok());
  EXPECT_EQ(graph.main().nodes.size(), 2u);
}

TEST(Fuse, the_fused_node_is_printed) {
  Graph graph = graph_of(R"(symbol s0 "N"
input %0 "x" f32[s0, 4]
input %1 "y" f32[4]
%2 "a" none = Add(%0, %1) "a"
%3 "b" none = Relu(%2) "b"
output %3 "b"
)");
  ASSERT_TRUE(run_named(graph, {"infer", "lower"}).ok());
  ASSERT_TRUE(fuse(graph).ok());
  EXPECT_EQ(to_text(graph), R"(symbol s0 "N"
input %0 "x" f32[s0, 4]
input %1 "y" f32[4]
%3 "b" f32[s0, 4] = Map(%0, %1) "b" : max(x0 + x1[coord(1)], 0.0)
output %3 "b"
)");
}

}  // namespace
}  // namespace tenon
