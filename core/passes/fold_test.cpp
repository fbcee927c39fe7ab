// SPDX-License-Identifier: Apache-2.0
#include "core/passes/fold.h"

#include "core/passes/expand.h"
#include "core/passes/framework/pass_test.h"

namespace tenon {
namespace {

constexpr std::string_view scaled = R"(constant %0 "w" f32[2, 2] = {1.0, 2.0, 3.0, 4.0}
constant %1 "scale" f32[] = {0.5}
input %2 "x" f32[2, 2]
%3 "t" none = Transpose(%0) "t" {perm = [1, 0]}
%4 "s" none = Mul(%3, %1) "s"
%5 "y" none = Add(%2, %4) "y"
output %5 "y"
)";

TEST(Fold, what_depends_on_constants_only_is_computed_once) {
  EXPECT_EQ(after({"infer", "fold", "remove_dead"}, scaled),
            R"(constant %0 "w" f32[2, 2] = {1.0, 2.0, 3.0, 4.0}
constant %1 "scale" f32[] = {0.5}
constant %4 "s" f32[2, 2] = {0.5, 1.5, 1.0, 2.0}
input %2 "x" f32[2, 2]
%5 "y" f32[2, 2] = Add(%2, %4) "y"
output %5 "y"
)");
}

TEST(Fold, the_budget_is_kept) {
  Graph graph = graph_of(scaled);
  ASSERT_TRUE(run_passes(graph, {.disabled = {"lower"}, .fold_bytes = 16}).ok());
  EXPECT_EQ(graph.main().nodes.size(), 2u);
}

TEST(Fold, a_large_result_of_little_is_left_to_the_run) {
  Graph graph = graph_of(R"(constant %0 "dims" i64[2] = {1000, 1000}
input %1 "x" f32[1000, 1000]
%2 "zeros" none = ConstantOfShape(%0) "zeros"
%3 "y" none = Add(%1, %2) "y"
output %3 "y"
)");
  ASSERT_TRUE(run_named(graph, {"infer", "fold"}).ok());
  EXPECT_EQ(graph.main().nodes.size(), 2u);
}

TEST(Fold, weights_that_are_computed_are_computed_once_however_large) {
  Graph graph = graph_of(R"(constant %0 "dims" i64[2] = {1000, 1000}
input %1 "x" f32[2, 1000]
%2 "zeros" none = ConstantOfShape(%0) "zeros"
%3 "ones" none = Cos(%2) "ones"
%4 "y" none = MatMul(%1, %3) "y"
output %4 "y"
)");
  ASSERT_TRUE(run_named(graph, {"infer", "fold"}).ok());
  ASSERT_EQ(graph.main().nodes.size(), 1u);
  const Constant& weights = *graph.value(graph.main().nodes[0].inputs[1]).constant;
  EXPECT_EQ(reinterpret_cast<const float*>(weights.bytes.data())[999999], 1.0f);
  EXPECT_FALSE(graph.value(2).constant);
}

TEST(Fold, what_an_expansion_computes_of_constants_is_folded_too) {
  Graph graph = graph_of(R"(constant %1 "scale" f32[2] = {2, 3}
constant %2 "shift" f32[2] = {1, 1}
constant %3 "mean" f32[2] = {1, 2}
constant %4 "variance" f32[2] = {3.75, 8.75}
input %0 "x" f32[1, 2, 4]
%5 "y" none = BatchNormalization(%0, %1, %2, %3, %4) "n" {epsilon = 0.25}
output %5 "y"
)");
  ASSERT_TRUE(run_named(graph, {"infer", "lower"}).ok());
  ASSERT_TRUE(expand_nodes(graph, [](size_t) { return true; }).ok());
  ASSERT_GT(graph.main().nodes.size(), 1u);
  fold_constants(graph, PassOptions().fold_bytes);
  EXPECT_EQ(graph.main().nodes.size(), 1u) << to_text(graph);
}

TEST(Fold, a_large_weight_of_narrow_elements_stays_narrow) {
  for (const auto& [rows, left] : {std::pair<int64_t, size_t>{4, 1}, {4096, 2}}) {
    Graph graph = graph_of(R"(input %0 "x" f32[2, 1024]
%1 "y" none = Add(%0, %0) "y"
output %1 "y"
)");
    auto weight = std::make_shared<Constant>();
    auto bytes = std::make_shared<std::vector<std::byte>>(static_cast<size_t>(rows) * 2048);
    weight->dtype = DType::f16;
    weight->dims = {rows, 1024};
    weight->bytes = *bytes;
    weight->owner = bytes;
    Node cast;
    cast.op = "Cast";
    cast.name = "cast";
    cast.inputs = {graph.add_constant("w", weight)};
    cast.outputs = {graph.add_value({})};
    cast.attributes["to"] = static_cast<int64_t>(DType::f32);
    graph.main().nodes.push_back(std::move(cast));
    ASSERT_TRUE(run_named(graph, {"infer", "fold"}).ok());
    EXPECT_EQ(graph.main().nodes.size(), left) << rows;
  }
}

}  // namespace
}  // namespace tenon
