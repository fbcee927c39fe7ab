// SPDX-License-Identifier: Apache-2.0
#include "core/recipes/evaluator.h"

#include "core/graph/text.h"
#include "core/passes/pass.h"
#include "core/recipes/recipes_test.h"

#include <gtest/gtest.h>

namespace tenon::recipes {
namespace {

// The value of an expression over two small documents, as JSON, or the error.
std::string value_of(const std::string& expression) {
  WeightFile file;
  add_document(file, "hf", R"({"a": 6, "b": 2.5, "n": null, "list": [1, 2], "in": {"deep": "x"}})");
  add_tensor(file, "t.0.w", {4, 3});
  add_tensor(file, "t.1.w", {4, 3});
  const Recipes recipes = recipes_of({{"x", "recipe x match true facts value: " + expression +
                                                " graph decoder(tokens) { return y: tokens }"}});
  if (!recipes.entries()[0].status.ok()) return std::string(recipes.entries()[0].status.message());
  const auto family = build(recipes, file);
  if (!family.ok()) return std::string(family.status().message());
  const Json* value = family->facts.find("value");
  return value == nullptr ? "missing" : value->dump();
}

TEST(RecipeEvaluator, computes_with_whole_and_real_numbers) {
  EXPECT_EQ(value_of("7 / 2"), "3.5");
  EXPECT_EQ(value_of("hf.a / 2 + 3 * 4 % 5"), "5");
  EXPECT_EQ(value_of("-2 ** 2"), "-4");
  EXPECT_EQ(value_of("16 ** -0.5"), "0.25");
  EXPECT_EQ(value_of("hf.b * 2"), "5.0");
  EXPECT_EQ(value_of("1 / 0"), "x.recipe:1:36: 1 / 0");
  EXPECT_EQ(value_of("9000000000000000000 * 9"), "8.1e+19");
}

TEST(RecipeEvaluator, what_is_absent_or_null_falls_back) {
  EXPECT_EQ(value_of("hf.x ?? gguf.y.z ?? 3"), "3");
  EXPECT_EQ(value_of("hf.n ?? 4"), "4");
  EXPECT_EQ(value_of("hf.x.y"), "missing");
  EXPECT_EQ(value_of("hf.in.deep == \"x\" and not hf.x"), "true");
  EXPECT_EQ(value_of("hf.x in [1, 2] or hf.a > 5"), "true");
  EXPECT_EQ(value_of("hf.x + 1"), "x.recipe:1:39: the model does not say hf.x");
  EXPECT_EQ(value_of("(hf.x ?? gguf.y) + 1"),
            "x.recipe:1:51: the model does not say hf.x or gguf.y");
}

TEST(RecipeEvaluator, texts_take_values_and_lists_have_elements) {
  EXPECT_EQ(value_of("\"k < {hf.a} && {1.0} {hf.a == 6}\""), "\"k < 6 && 1.0 true\"");
  EXPECT_EQ(value_of("[1, 2, 3][-1] + len(hf.list) + at(hf.list, 1) + at(7, 1)"), "14");
  EXPECT_EQ(value_of("hf.list[2]"), "x.recipe:1:41: element 2 of 2");
  EXPECT_EQ(value_of("stored(\"none\", \"t.0.w\")"), "[4,3]");
  EXPECT_EQ(value_of("count(\"t.#.w\")"), "2");
  EXPECT_EQ(value_of("max(1, 2.5, min(3, 4))"), "3");
}

TEST(RecipeEvaluator, unknown_names_and_functions_are_found_before_a_model_is) {
  EXPECT_EQ(value_of("hf.a + b"), "x.recipe:1:41: unknown name \"b\"");
  EXPECT_EQ(value_of("f(1)"), "x.recipe:1:34: unknown function \"f\"");
  EXPECT_EQ(value_of("Nothing(1)"), "x.recipe:1:34: unknown function \"Nothing\"");
  const Recipes recipes = recipes_of(
      {{"x",
        "recipe x match true fn f(a) = g(a) fn g(a) = f(a) graph d(tokens) { return y: f(1) }"}});
  EXPECT_EQ(recipes.entries()[0].status.message(), "x.recipe:1:24: \"f\" calls itself");
}

TEST(RecipeEvaluator, loops_without_end_run_out_of_steps) {
  std::string loops = "recipe x match true graph d(tokens) { x = 1 ";
  for (int i = 0; i < 6; ++i) loops += "for a in range(4000) { ";
  loops += "x = x + 1 ";
  for (int i = 0; i < 6; ++i) loops += "} ";
  const auto family = build(recipes_of({{"x", loops + "return y: tokens }"}}), {});
  ASSERT_FALSE(family.ok());
  EXPECT_NE(family.status().message().find("does not end"), std::string_view::npos);
}

TEST(RecipeEvaluator, everything_that_is_missing_is_told_at_once) {
  WeightFile file;
  add_tensor(file, "a.w", {2, 2});
  add_tensor(file, "l.1.c", {3});
  const auto family = build(recipes_of({{"x",
                                         "recipe x match true\n"
                                         "weights hf \"{}.w\" gguf \"{}\"\n"
                                         "  a [2, 3] \"a\" \"a\"\n"
                                         "  b [2, 3] \"b\" | \"bb\" \"b\"\n"
                                         "  o? [2] \"o\" none\n"
                                         "each l of 2 hf \"l.{i}.{}\"\n"
                                         "  c [3] \"c\"\n"
                                         "graph decoder(tokens) { return y: tokens }"}}),
                            file);
  ASSERT_FALSE(family.ok());
  EXPECT_EQ(family.status().message(),
            "recipe x: 2 weights are missing: b.w [2, 3], l.0.c [3]; 1 weight has other dims: a.w "
            "is [2, 2], "
            "expected [2, 3]");
}

TEST(RecipeEvaluator, graphs_hold_weights_where_they_lie) {
  WeightFile file;
  add_tensor(file, "embed.weight", {8, 4});
  add_tensor(file, "l.0.up", {4, 6});
  add_tensor(file, "l.0.norm", {1, 4});
  add_tensor(file, "extra", {1});
  const Recipes recipes =
      recipes_of({{"parts", "recipe parts fn silu(x) = x * Sigmoid(x)"},
                  {"x",
                   "recipe x match true let vocab = stored(\"embed.weight\")[0] let context = 16\n"
                   "weights hf \"{}.weight\"\n  embed [vocab, 4] \"embed\"\n"
                   "each block of 1 hf \"l.{i}.{}\"\n  up [6, 4] \"up\" transposed\n"
                   "  norm [4] \"norm\"\n"
                   "graph decoder(tokens) {\n"
                   "  x = Gather(embed, tokens)\n"
                   "  for w in block { y = silu(linear(rms_norm(x, w.norm, 0.5), w.up)) }\n"
                   "  return logits: wanted(y) * 2\n"
                   "}\n"}});
  auto family = build(recipes, file);
  ASSERT_TRUE(family.ok()) << family.status().message();
  EXPECT_EQ(family->facts.dump(),
            R"({"recipe":"x","kind":"decoder","context":16,"vocabulary":8,"generate":{},)"
            R"("unused":["extra"]})");
  Graph& graph = family->graphs[0].second;
  for (const Value& value : graph.values) {
    if (value.name != "l.0.up") continue;
    EXPECT_EQ(value.constant->bytes.data(), file.tensors["l.0.up"].bytes.data());
    EXPECT_EQ(value.constant->dims, (std::vector<int64_t>{4, 6}));
  }
  EXPECT_EQ(to_text(graph), R"(symbol s0 "T"
symbol s1 "W"
constant %1 "embed.weight" f32[8, 4] = hash 90012aca9795cb1a02d99d7e4c0f0ab2
constant %3 "l.0.norm" f32[4] = {0.19456404447555542, -0.04547607898712158, 0.23273849487304688, 0.29474860429763794}
constant %5 "l.0.up" f32[4, 6] = hash b215de9cf59dde7beb7f9c44e68a088e
constant %11 "" f32[] = {2.0}
input %0 "tokens" i32[s0]
input %9 "want" i32[s1]
%2 "0.Gather" f32[s0, 4] = Gather(%1, %0) "0.Gather" {axis = 0}
%4 "block.0.3.RMSNormalization" f32[s0, 4] = RMSNormalization(%2, %3) "block.0.3.RMSNormalization" {axis = -1, epsilon = 0.5}
%6 "block.0.5.Gemm" f32[s0, 6] = Gemm(%4, %5) "block.0.5.Gemm" {transB = 0}
%7 "block.0.6.Sigmoid" f32[s0, 6] = Sigmoid(%6) "block.0.6.Sigmoid"
%8 "block.0.7.Mul" f32[s0, 6] = Mul(%6, %7) "block.0.7.Mul"
%10 "8.Gather" f32[s1, 6] = Gather(%8, %9) "8.Gather" {axis = 0}
%12 "10.Mul" f32[s1, 6] = Mul(%10, %11) "10.Mul"
output %12 "logits"
)");
  const Status passed = run_passes(graph, {});
  EXPECT_TRUE(passed.ok()) << passed.message();
}

}  // namespace
}  // namespace tenon::recipes
