// SPDX-License-Identifier: Apache-2.0
#include "core/passes/framework/pass_test.h"

namespace tenon {
namespace {

TEST(QuantizeEarly, what_is_only_moved_between_its_codes_stays_codes) {
  EXPECT_EQ(after({"infer", "quantize_early"}, R"(constant %1 "s" f32[] = {0.5}
constant %2 "z" u8[] = {3}
constant %3 "t" f32[] = {0.25}
constant %4 "shape" i64[2] = {4, 3}
input %0 "a" u8[2, 3]
input %5 "b" u8[2, 3]
%6 "fa" none = DequantizeLinear(%0, %1, %2) "fa"
%7 "fb" none = DequantizeLinear(%5, %3, %2) "fb"
%8 "both" none = Concat(%6, %7) "both" {axis = 1}
%9 "shaped" none = Reshape(%8, %4) "shaped"
%10 "y" none = QuantizeLinear(%9, %1, %2) "q"
output %10 "y"
)"),
            R"(constant %1 "s" f32[] = {0.5}
constant %2 "z" u8[] = {3}
constant %3 "t" f32[] = {0.25}
constant %4 "shape" i64[2] = {4, 3}
input %0 "a" u8[2, 3]
input %5 "b" u8[2, 3]
%11 "fb.y" u8[2, 3] = tenon::Requantize(%5, %3, %2, %1, %2) "q.fb"
%8 "both" u8[2, 6] = Concat(%0, %11) "both" {axis = 1}
%10 "y" u8[4, 3] = Reshape(%8, %4) "shaped"
output %10 "y"
)");
}

TEST(QuantizeEarly, long_chains_of_moves_are_walked_without_recursion) {
  constexpr int moves = 100000;
  Graph graph = graph_of(R"(constant %1 "s" f32[] = {0.5}
input %0 "a" u8[2, 3]
%2 "fa" none = DequantizeLinear(%0, %1) "fa"
)");
  ValueId last = 2;
  for (int i = 0; i < moves; ++i) {
    Node node;
    node.op = "Transpose";
    node.name = fmt::format("turn{}", i);
    node.inputs = {last};
    node.outputs = {last = graph.add_value({})};
    graph.main().nodes.push_back(std::move(node));
  }
  Node quantize;
  quantize.op = "QuantizeLinear";
  quantize.inputs = {last, 1};
  quantize.outputs = {graph.add_value({})};
  graph.main().outputs = quantize.outputs;
  graph.main().nodes.push_back(std::move(quantize));
  ASSERT_TRUE(run_named(graph, {"infer", "quantize_early"}).ok());
  EXPECT_EQ(graph.main().nodes.size(), static_cast<size_t>(moves));
  EXPECT_EQ(graph.value(graph.main().nodes.front().inputs[0]).dtype, DType::u8);
}

TEST(QuantizeEarly, values_that_others_read_stay_numbers) {
  const std::string_view text = R"(constant %1 "s" f32[] = {0.5}
input %0 "a" u8[2, 3]
%2 "fa" none = DequantizeLinear(%0, %1) "fa"
%3 "turned" none = Transpose(%2) "turned" {perm = [1, 0]}
%4 "y" none = QuantizeLinear(%3, %1) "q"
output %4 "y"
output %3 "z"
)";
  EXPECT_EQ(after({"infer", "quantize_early"}, text), after({"infer"}, text));
}

}  // namespace
}  // namespace tenon
