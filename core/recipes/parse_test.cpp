// SPDX-License-Identifier: Apache-2.0
#include "core/recipes/parse.h"

#include <gtest/gtest.h>

namespace tenon::recipes {
namespace {

std::string error_of(std::string_view text) {
  return std::string(parse_recipe("x.recipe", text).status().message());
}

TEST(RecipeParser, a_recipe_has_a_name_a_title_and_items) {
  const auto recipe = parse_recipe("x.recipe",
                                   "recipe tiny  # A small family\n"
                                   "match hf.model_type in [\"a\", \"b\"] or not gguf.x\n"
                                   "let width = hf.w ?? gguf.w ?? 2 ** 3\n"
                                   "ignore \"*.inv_freq\", \"lm_head.*\"\n"
                                   "weights hf \"{}.weight\" gguf \"{}\"\n"
                                   "  a b? [width, 4] \"x.{name}\" | \"y\" transposed none\n"
                                   "each block of 2 hf \"l.{i}.{}\"\n"
                                   "  e [4, 2] \"m.{j}\" stack j of 4\n"
                                   "generate prefix, start: 3\n"
                                   "fn twice(x) = x + x\n"
                                   "graph decoder(tokens, features[-1, 3]) {\n"
                                   "  x, y = f(tokens, z: 1) for w in block { x = x * 2 }\n"
                                   "  return logits: x, hidden: y\n"
                                   "}\n");
  ASSERT_TRUE(recipe.ok()) << recipe.status().message();
  EXPECT_EQ(recipe->name, "tiny");
  EXPECT_EQ(recipe->title, "A small family");
  ASSERT_EQ(recipe->items.size(), 3u);
  EXPECT_EQ(recipe->ignored.size(), 2u);
  const Table& weights = std::get<Table>(recipe->items[1]);
  ASSERT_EQ(weights.rows.size(), 1u);
  EXPECT_TRUE(weights.rows[0].optional);
  EXPECT_TRUE(weights.rows[0].columns[0].transposed);
  EXPECT_TRUE(weights.rows[0].columns[1].patterns.empty());
  EXPECT_EQ(std::get<Table>(recipe->items[2]).rows[0].columns[0].stack, "j");
  ASSERT_EQ(recipe->graphs.size(), 1u);
  EXPECT_EQ(recipe->graphs[0].inputs[1].dims.size(), 2u);
  EXPECT_EQ(recipe->graphs[0].body.size(), 3u);
  EXPECT_EQ(recipe->generate[1].name, "start");
}

TEST(RecipeParser, errors_name_file_line_and_column) {
  EXPECT_EQ(error_of("recipe a\nlet x = 3 +\n"),
            "x.recipe:3:1: found the end, expected a number, a text, a name, \"(\" or \"[\"");
  EXPECT_EQ(error_of("recipe a\nlet x = \"open\n"),
            "x.recipe:2:9: the text has no closing quote on its line");
  EXPECT_EQ(error_of("recipe a\nlet x = \"k <= {1 +}\"\n"),
            "x.recipe:2:19: found the end, expected a number, a text, a name, \"(\" or \"[\"");
  EXPECT_EQ(error_of("recipe a\nlets x = 1\n"),
            "x.recipe:2:1: \"lets\" begins nothing; expected match, let, weights, each, fn, graph, "
            "generate, facts or ignore");
  EXPECT_EQ(error_of("recipe a\nweights hf \"{}\"\n a b [1] \"x\" & \"y\" & \"z\"\n"),
            "x.recipe:3:10: 3 patterns for 2 names");
  EXPECT_EQ(error_of("recipe a\nfn f(x) = g(a: 1, 2)\n"),
            "x.recipe:2:19: an argument without a name follows one with a name");
}

TEST(RecipeParser, what_nests_too_deep_or_grows_too_long_is_refused) {
  const std::string open(5000, '(');
  EXPECT_NE(error_of("recipe a let x = " + open).find("levels of nesting"), std::string::npos);
  const std::string minus(5000, '-');
  EXPECT_NE(error_of("recipe a let x = " + minus + "1").find("levels of nesting"),
            std::string::npos);
  std::string sum = "recipe a let x = 1";
  for (int i = 0; i < 5000; ++i) sum += " + 1";
  EXPECT_NE(error_of(sum).find("too long"), std::string::npos);
  std::string members = "recipe a let x = a";
  for (int i = 0; i < 5000; ++i) members += ".b";
  EXPECT_NE(error_of(members).find("too long"), std::string::npos);
  std::string loops = "recipe a graph g() {";
  for (int i = 0; i < 5000; ++i) loops += "for a in b {";
  EXPECT_NE(error_of(loops).find("nest"), std::string::npos);
  EXPECT_NE(error_of(std::string(most_bytes + 1, ' ')).find("most is"), std::string::npos);
}

}  // namespace
}  // namespace tenon::recipes
