// SPDX-License-Identifier: Apache-2.0
#include "core/passes/expand.h"
#include "core/passes/framework/pass_test.h"

namespace tenon {
namespace {

constexpr std::string_view conv = R"(constant %1 "s" f32[] = {0.5}
constant %2 "z" u8[] = {3}
constant %3 "w" i8[2, 1, 1, 1] = {5, -7}
constant %4 "ws" f32[2] = {0.25, 0.5}
constant %5 "wz" i8[2] = {0, 0}
constant %6 "b" i32[2] = {10, 20}
constant %7 "bs" f32[2] = {0.125, 0.25}
input %0 "x" u8[1, 1, 4, 4]
%8 "fx" none = DequantizeLinear(%0, %1, %2) "fx"
%9 "fw" none = DequantizeLinear(%3, %4, %5) "fw" {axis = 0}
%10 "fb" none = DequantizeLinear(%6, %7) "fb" {axis = 0}
%11 "c" none = Conv(%8, %9, %10) "c"
%12 "r" none = Relu(%11) "r"
%13 "y" none = QuantizeLinear(%12, %1, %2) "q"
output %13 "y"
)";

TEST(QuantizedProducts, a_convolution_between_codes_becomes_one_node) {
  Graph graph = graph_of(conv);
  ASSERT_TRUE(run_named(graph, {"infer", "quantized_products"}).ok());
  ASSERT_EQ(graph.main().nodes.size(), 1u);
  const Node& node = graph.main().nodes[0];
  EXPECT_EQ(node.op, "QuantizedConv");
  EXPECT_EQ(node.inputs, (std::vector<ValueId>{0, 1, 2, 3, 4, 5, 1, 2, 6, 7}));
  EXPECT_EQ(std::get<int64_t>(node.attributes.at("relu")), 1);
}

TEST(QuantizedProducts, what_is_formed_expands_to_what_it_was) {
  Graph graph = graph_of(conv);
  ASSERT_TRUE(run_named(graph, {"infer", "quantized_products", "lower"}).ok());
  const Result<size_t> expanded = expand_nodes(graph, [](size_t) { return true; });
  ASSERT_TRUE(expanded.ok()) << expanded.status().message();
  std::vector<std::string> ops;
  for (const Node& node : graph.main().nodes) ops.push_back(node.op);
  EXPECT_EQ(ops, (std::vector<std::string>{"DequantizeLinear", "DequantizeLinear",
                                           "DequantizeLinear", "Conv", "Relu", "QuantizeLinear"}));
}

TEST(QuantizedProducts, products_that_others_read_stay) {
  const std::string text = std::string(conv) + "output %11 \"c\"\n";
  EXPECT_EQ(after({"infer", "quantized_products"}, text), after({"infer"}, text));
}

}  // namespace
}  // namespace tenon
