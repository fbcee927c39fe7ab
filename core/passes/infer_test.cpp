// SPDX-License-Identifier: Apache-2.0
#include "core/passes/framework/pass_test.h"

namespace tenon {
namespace {

TEST(Infer, free_sizes_stay_expressions) {
  EXPECT_EQ(after({"infer"}, R"(symbol s0 "N"
symbol s1 "H"
constant %1 "w" f32[4, 3, 1, 1] = {1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0}
input %0 "x" f32[s0, 3, s1, 32]
%2 "y" none = Conv(%0, %1) "conv" {strides = [2, 2]}
output %2 "y"
)"),
            R"(symbol s0 "N"
symbol s1 "H"
constant %1 "w" f32[4, 3, 1, 1] = {1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0}
input %0 "x" f32[s0, 3, s1, 32]
%2 "y" f32[s0, 4, floordiv(s1 + 1, 2), 16] = Conv(%0, %1) "conv" {dilations = [1, 1], group = 1, kernel_shape = [1, 1], pads = [0, 0, 0, 0], strides = [2, 2]}
output %2 "y"
check "node \"conv\" (Conv): the window is not larger than the padded input" : 0 <= s1 - 1
)");
}

TEST(Infer, sizes_that_are_made_alike_are_equal) {
  Graph graph = graph_of(R"(symbol s0 "H"
input %0 "x" f32[1, 4, s0, 9]
%1 "a" none = MaxPool(%0) "a" {kernel_shape = [3, 3], strides = [2, 2], pads = [1, 1, 1, 1]}
%2 "b" none = AveragePool(%0) "b" {kernel_shape = [3, 3], strides = [2, 2], pads = [1, 1, 1, 1]}
%3 "y" none = Add(%1, %2) "sum"
output %3 "y"
)");
  ASSERT_TRUE(run_named(graph, {"infer"}).ok());
  for (const Check& check : graph.checks) EXPECT_EQ(check.text.find("sum"), std::string::npos);
  EXPECT_TRUE(graph.value(1).dims[2].same(graph.value(3).dims[2]));
}

TEST(Infer, shape_arithmetic_folds_into_dims) {
  EXPECT_EQ(after({"infer"}, R"(symbol s0 "N"
constant %1 "zero" i64[1] = {0}
constant %2 "rest" i64[1] = {-1}
input %0 "x" f32[s0, 4, 6]
%3 "shape" none = Shape(%0) "shape"
%4 "n" none = Gather(%3, %1) "gather"
%5 "wanted" none = Concat(%4, %2) "concat" {axis = 0}
%6 "y" none = Reshape(%0, %5) "reshape"
output %6 "y"
)"),
            R"(symbol s0 "N"
constant %1 "zero" i64[1] = {0}
constant %2 "rest" i64[1] = {-1}
input %0 "x" f32[s0, 4, 6]
%3 "shape" i64[3] {s0, 4, 6} = Shape(%0) "shape"
%4 "n" i64[1] {s0} = Gather(%3, %1) "gather" {axis = 0}
%5 "wanted" i64[2] {s0, -1} = Concat(%4, %2) "concat" {axis = 0}
%6 "y" f32[s0, 24] = Reshape(%0, %5) "reshape"
output %6 "y"
)");
}

TEST(Infer, sizes_in_a_tensor_become_symbols_of_the_run) {
  Graph graph = graph_of(R"(input %0 "x" f32[24]
input %1 "wanted" i64[2]
%2 "y" none = Reshape(%0, %1) "reshape"
%3 "z" none = Reshape(%0, %1) "again"
output %2 "y"
output %3 "z"
)");
  ASSERT_TRUE(run_named(graph, {"infer"}).ok());
  ASSERT_EQ(graph.symbols.size(), 2u);
  EXPECT_EQ(graph.symbols[1].origin, SymbolOrigin::data);
  EXPECT_EQ(graph.symbols[1].name, "wanted[1]");
  EXPECT_EQ(graph.symbols[1].value, 1u);
  EXPECT_EQ(graph.symbols[1].element, 1);
  const std::vector<int64_t> run = {4, 6};
  const std::vector<Expr>& dims = graph.value(2).dims;
  EXPECT_EQ(*evaluate(graph.exprs->rows(), dims[0].id(), run), 4);
  EXPECT_EQ(*evaluate(graph.exprs->rows(), dims[1].id(), run), 6);
  EXPECT_TRUE(dims[1].same(graph.value(3).dims[1]));
}

TEST(Infer, shape_arithmetic_in_i32_stays_comparable) {
  Graph graph = graph_of(R"(symbol s0 "N"
constant %1 "two" i32[] = {2}
constant %2 "axis" i64[] = {0}
input %0 "x" f32[s0, 4]
%3 "shape" none = Shape(%0) "shape"
%4 "narrow" none = Cast(%3) "narrow" {to = 6}
%5 "n" none = Gather(%4, %2) "n"
%6 "double" none = Mul(%5, %1) "double"
%7 "wide" none = Cast(%6) "wide" {to = 7}
%8 "all" none = ReduceProd(%4) "all" {keepdims = 0}
output %7 "wide"
output %8 "all"
)");
  ASSERT_TRUE(run_named(graph, {"infer"}).ok());
  const Expr n = graph.value(0).dims[0];
  ASSERT_TRUE(graph.value(7).known.has_value());
  EXPECT_TRUE(graph.value(7).known->front().same(n * 2));
  ASSERT_TRUE(graph.value(8).known.has_value());
  EXPECT_TRUE(graph.value(8).known->front().same(n * 4));
}

TEST(Infer, what_depends_on_a_rank_that_data_decides_waits_for_the_run) {
  EXPECT_EQ(after({"infer"}, R"(symbol s0 "R"
input %0 "x" f32[24]
input %1 "wanted" i64[s0]
%2 "shaped" none = Reshape(%0, %1) "reshape"
%3 "y" none = Relu(%2) "relu"
%4 "z" none = Neg(%0) "neg"
output %3 "y"
output %4 "z"
)"),
            R"(symbol s0 "R"
input %0 "x" f32[24]
input %1 "wanted" i64[s0]
%4 "z" f32[24] = Neg(%0) "neg"
%3 "y" none = tenon::Late(%0, %1) "reshape and what follows" {body = body 1, captured = [0, 1], pinned = [1]}
output %3 "y"
output %4 "z"
body 1 "reshape and what follows"
%2 "shaped" none = Reshape(%0, %1) "reshape"
%3 "y" none = Relu(%2) "relu"
output %3
)");
}

TEST(Infer, all_operators_that_are_missing_are_named_at_once) {
  EXPECT_EQ(after({"infer"}, R"(input %0 "x" f32[2]
%1 "a" none = Foo(%0) "first"
%2 "b" none = ai.onnx.ml::Bar(%1) "second"
%3 "c" none = Foo(%2) "third"
%4 "y" none = Relu(%3) "last"
output %4 "y"
)"),
            "2 operators are not supported: Foo x2 (node \"first\", \"third\"), "
            "ai.onnx.ml.Bar x1 (node \"second\")");
}

TEST(Infer, operands_are_checked_against_the_declaration) {
  EXPECT_EQ(after({"infer"}, R"(input %0 "x" i64[2]
%1 "y" none = Erf(%0) "erf"
output %1 "y"
)"),
            "node \"erf\" (Erf): input 0 (x): type i64, expected float");
  EXPECT_EQ(after({"infer"}, R"(input %0 "x" f32[2]
%1 "y" none = Add(%0) "add"
output %1 "y"
)"),
            "node \"add\" (Add): input 1 (b) is missing");
  EXPECT_EQ(after({"infer"}, R"(input %0 "x" sequence f32
%1 "y" none = Relu(%0) "relu"
output %1 "y"
)"),
            "node \"relu\" (Relu): input 0 (x): a value of kind sequence, expected a tensor");
}

TEST(Infer, an_input_without_rank_waits_for_the_run) {
  Graph graph = graph_of(R"(input %0 "x" f32
%1 "y" none = Relu(%0) "relu"
output %1 "y"
)");
  ASSERT_TRUE(run_named(graph, {"infer"}).ok());
  EXPECT_EQ(graph.main().nodes.front().op, "Late");
}

TEST(Infer, dims_that_cannot_broadcast_are_an_error) {
  EXPECT_EQ(after({"infer"}, R"(input %0 "a" f32[2, 3]
input %1 "b" f32[2, 4]
%2 "y" none = Add(%0, %1) "add"
output %2 "y"
)"),
            "node \"add\" (Add): dims [2, 3] and [2, 4] do not broadcast");
}

TEST(Infer, dims_that_may_broadcast_are_checked_while_running) {
  Graph graph = graph_of(R"(symbol s0 "N"
input %0 "a" f32[s0, 3]
input %1 "b" f32[4, 3]
%2 "y" none = Add(%0, %1) "add"
output %2 "y"
)");
  ASSERT_TRUE(run_named(graph, {"infer"}).ok());
  EXPECT_EQ(graph.value(2).dims[0].constant(), 4);
  ASSERT_EQ(graph.checks.size(), 1u);
  EXPECT_EQ(graph.checks[0].text, "node \"add\" (Add): broadcast dims");
}

}  // namespace
}  // namespace tenon
