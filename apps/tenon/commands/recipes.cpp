// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/base/engine.h"
#include "apps/tenon/base/text.h"

#include <algorithm>

namespace tenon::cli {

namespace {

std::string words_of(const Json::Array& words) {
  std::string text;
  for (const Json& word : words) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ", printable(word.text().value_or("")));
  }
  return text;
}

std::string family_lines(const Json& facts) {
  Table table;
  std::string wrong;
  for (const Json& row : facts.array("recipes")) {
    const std::string_view error = row.text("error");
    const std::string graphs = words_of(row.array("graphs"));
    const std::string what = graphs.empty() ? "functions" : graphs;
    table.push_back({printable(row.text("name")), error.empty() ? what : "cannot be used",
                     printable(row.text("title")), printable(row.text("path"))});
    if (!error.empty()) wrong += fmt::format("{}\n", printable(error));
  }
  for (const Json& row : facts.array("refused")) {
    wrong += fmt::format("left out {}: {}\n", printable(row.text("path")),
                         printable(row.text("reason")));
  }
  if (table.empty()) return "no recipes were found; tenon plugins tells where was searched\n";
  return aligned(table) + wrong;
}

std::string function_lines(const Json& facts) {
  Table table;
  for (const Json& row : facts.array("builtins")) {
    table.push_back({std::string(row.text("signature")), std::string(row.text("doc"))});
  }
  return aligned(table);
}

bool is_sound(const Json& facts) {
  return std::ranges::all_of(facts.array("recipes"),
                             [](const Json& row) { return row.text("error").empty(); });
}

Result<Exit> list_recipes(const Arguments& arguments) {
  TENON_TRY_ASSIGN(const Engine engine, open_engine(arguments));
  TENON_TRY_ASSIGN(const Json facts, describe(engine, "recipes"));
  if (arguments.has("json")) {
    print(facts.dump(2) + "\n");
  } else {
    print(arguments.has("functions") ? function_lines(facts) : family_lines(facts));
  }
  return is_sound(facts) ? Exit::ok : Exit::model;
}

}  // namespace

namespace commands {

Command recipes();
Command recipes() {
  return {
      .name = "recipes",
      .doc = "lists and checks recipes: model families as text files",
      .flags = with_engine_flags({
          {.name = "functions", .doc = "the functions that a recipe can call"},
          {.name = "json", .doc = "JSON for programs"},
      }),
      .run = list_recipes,
  };
}

}  // namespace commands

}  // namespace tenon::cli
