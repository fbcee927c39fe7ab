// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/recipes/syntax.h"

#include "tenon/status.h"

#include <string_view>

// Reads the text of a recipe. docs/recipes.md describes the language. [any thread]
namespace tenon::recipes {

constexpr size_t most_bytes = size_t{1} << 20;
constexpr int most_nesting = 100;

// file: its name in messages, which give line and column. No text stops the program.
Result<Recipe> parse_recipe(std::string_view file, std::string_view text);

}  // namespace tenon::recipes
