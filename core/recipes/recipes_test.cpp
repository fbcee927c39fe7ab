// SPDX-License-Identifier: Apache-2.0
#include "core/recipes/recipes.h"

#include "core/recipes/recipes_test.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

TEST(Recipes, all_of_the_tree_can_be_read_and_know_every_name) {
  const Recipes recipes = recipes::tree_recipes();
  EXPECT_GE(recipes.entries().size(), 16u);
  for (const Recipes::Entry& entry : recipes.entries()) {
    EXPECT_TRUE(entry.status.ok()) << entry.name << ": " << entry.status.message();
    EXPECT_FALSE(entry.recipe && entry.recipe->title.empty()) << entry.name;
  }
}

TEST(Recipes, a_file_that_no_recipe_is_for_is_named) {
  WeightFile file;
  recipes::add_document(file, "gguf", R"({"general": {"architecture": "whale"}})");
  const auto family =
      recipes::build(recipes::recipes_of({{"a",
                                           "recipe a match gguf.general.architecture == \"a\" "
                                           "graph decoder(tokens) { return y: tokens }"},
                                          {"b", "recipe b let"}}),
                     file);
  ASSERT_FALSE(family.ok());
  EXPECT_EQ(family.status().message(),
            "no recipe is for architecture \"whale\"; there are a; b.recipe:1:13: found the end, "
            "expected a name");
}

TEST(Recipes, they_are_described_with_their_errors) {
  const Recipes recipes = recipes::recipes_of(
      {{"good", "recipe good  # Good\nfn f(x) = x"}, {"bad", "recipe bad fn f(x) = y"}});
  const Json list = describe(recipes);
  EXPECT_EQ(list.find("recipes")->array_items()[0].text("title"), "Good");
  EXPECT_EQ(list.find("recipes")->array_items()[1].text("error"),
            "bad.recipe:1:22: unknown name \"y\"");
}

}  // namespace
}  // namespace tenon
