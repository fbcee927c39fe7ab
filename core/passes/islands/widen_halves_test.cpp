// SPDX-License-Identifier: Apache-2.0
#include "core/passes/framework/pass_test.h"
#include "core/passes/island.h"

namespace tenon {
namespace {

TEST(WidenHalvesPass, products_of_halves_are_products_of_f32_between_casts) {
  Graph graph = graph_of(R"(constant %1 "w" f16[3, 2] = {1, 2, 3, 4, 5, 6}
input %0 "x" f16[4, 3]
%2 "y" none = MatMul(%0, %1) "p"
output %2 "y"
)");
  ASSERT_TRUE(run_named(graph, {"infer", "lower"}).ok());
  ASSERT_TRUE(run_island_passes(graph, Features("tenon.fused.Conv")).ok());
  ASSERT_EQ(graph.main().nodes.size(), 3u);
  const Node& product = graph.main().nodes[1];
  EXPECT_EQ(product.op, "MatMul");
  for (const ValueId id : product.inputs) EXPECT_EQ(graph.value(id).dtype, DType::f32);
  EXPECT_EQ(graph.value(product.outputs[0]).dtype, DType::f32);
  EXPECT_TRUE(graph.value(product.inputs[1]).constant);
  EXPECT_EQ(graph.main().nodes[2].outputs[0], graph.main().outputs[0]);
  EXPECT_EQ(graph.value(graph.main().outputs[0]).dtype, DType::f16);
}

}  // namespace
}  // namespace tenon
