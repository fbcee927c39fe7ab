// SPDX-License-Identifier: Apache-2.0
#include "core/recipes/recipes.h"

#include "core/base/text.h"
#include "core/plugin/text_files.h"
#include "core/recipes/builtins.h"
#include "core/recipes/check.h"
#include "core/recipes/evaluator.h"
#include "core/recipes/parse.h"

#include <algorithm>

namespace tenon {
namespace {

using recipes::Evaluator;
using recipes::Problems;
using recipes::Recipe;

// Names in one message.
constexpr size_t most_named = 1000;

// Functions that a recipe sees: its own, then those of files without `match`.
Evaluator::Functions functions_of(const std::vector<Recipes::Entry>& entries,
                                  const Recipe& recipe) {
  Evaluator::Functions functions;
  for (const recipes::Function& each : recipe.functions) functions.emplace(each.name, &each);
  for (const Recipes::Entry& entry : entries) {
    if (!entry.recipe || entry.recipe->match) continue;
    for (const recipes::Function& each : entry.recipe->functions) {
      functions.emplace(each.name, &each);
    }
  }
  return functions;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), most_named); ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : ", ", names[i]);
  }
  if (names.size() > most_named) text += fmt::format(" and {} more", names.size() - most_named);
  return text;
}

Status status_of(const Recipe& recipe, const Problems& problems) {
  std::string text;
  const auto add = [&](std::string_view what, const std::vector<std::string>& names) {
    if (names.empty()) return;
    text += fmt::format("{}{} {}: {}", text.empty() ? "" : "; ", names.size(), what, joined(names));
  };
  add(problems.missing.size() == 1 ? "weight is missing" : "weights are missing", problems.missing);
  add(problems.misshapen.size() == 1 ? "weight has other dims" : "weights have other dims",
      problems.misshapen);
  if (text.empty() && problems.unsupported.empty()) return {};
  if (text.empty()) {
    add("tensor types are not supported", problems.unsupported);
    return unsupported("recipe {}: {}", recipe.name, text);
  }
  add("tensor types are not supported", problems.unsupported);
  return corrupt("recipe {}: {}", recipe.name, text);
}

// What the file says it is, for a message.
std::string identity(const WeightFile& file) {
  if (const auto gguf = file.documents.find("gguf"); gguf != file.documents.end()) {
    const Json* general = gguf->second.find("general");
    const std::string_view name = general != nullptr ? general->text("architecture") : "";
    return fmt::format("architecture {}", in_quotes(name));
  }
  if (const auto hf = file.documents.find("hf"); hf != file.documents.end()) {
    return fmt::format("model_type {}", in_quotes(hf->second.text("model_type")));
  }
  return "weights without a config.json";
}

std::string_view kind_of(const Family& family) {
  bool encodes = false, decodes = false;
  for (const auto& [name, graph] : family.graphs) {
    encodes |= name == "encoder";
    decodes |= name == "decoder";
  }
  if (encodes && decodes) return "encoder-decoder";
  return encodes ? "encoder" : "decoder";
}

bool is_ignored(const Recipe& recipe, std::string_view name) {
  return std::ranges::any_of(
      recipe.ignored, [&](const std::string& pattern) { return matches_glob(name, pattern); });
}

Json unused_tensors(const Recipe& recipe, const Evaluator& evaluator, const WeightFile& file) {
  Json unused = Json::array();
  for (const auto& [name, tensor] : file.tensors) {
    if (!evaluator.used().contains(name) && !is_ignored(recipe, name)) unused.push(name);
  }
  return unused;
}

Result<Family> build(const Recipe& recipe, Evaluator& evaluator, const WeightFile& file) {
  TENON_TRY(evaluator.prepare());
  TENON_TRY(status_of(recipe, evaluator.problems()));
  Family family;
  family.recipe = recipe.name;
  for (const recipes::GraphRecipe& graph : recipe.graphs) {
    TENON_TRY_ASSIGN(Graph made, evaluator.graph(graph));
    family.graphs.emplace_back(graph.name, std::move(made));
  }
  family.facts = Json::object({{"recipe", recipe.name}, {"kind", kind_of(family)}});
  const std::pair<std::string_view, std::string_view> known[] = {{"context", "context"},
                                                                 {"vocabulary", "vocab"}};
  for (const auto& [fact, let] : known) {
    const Json value = json_of(evaluator.global(let));
    if (!value.is_null()) family.facts.set(fact, value);
  }
  TENON_TRY_ASSIGN(Json generate, evaluator.facts(recipe.generate));
  family.facts.set("generate", std::move(generate));
  TENON_TRY_ASSIGN(const Json more, evaluator.facts(recipe.facts));
  for (const auto& [name, value] : more.members()) family.facts.set(name, value);
  family.facts.set("unused", unused_tensors(recipe, evaluator, file));
  return family;
}

}  // namespace

Recipes Recipes::read(const TextFiles& files) {
  Recipes result;
  result.refused_ = files.refused;
  for (const TextFile& file : files.files) {
    Entry entry = {.name = file.name, .path = file.path, .recipe = {}, .status = {}};
    Result<Recipe> recipe = recipes::parse_recipe(file.path, file.content);
    if (recipe.ok()) {
      entry.recipe = std::make_shared<const Recipe>(std::move(*recipe));
    } else {
      entry.status = recipe.status();
    }
    result.entries_.push_back(std::move(entry));
  }
  for (Entry& entry : result.entries_) {
    if (!entry.recipe) continue;
    entry.status = recipes::check(*entry.recipe, functions_of(result.entries_, *entry.recipe));
  }
  return result;
}

Result<Family> build_family(const Recipes& recipes, const WeightFile& file,
                            const Formats& formats) {
  std::string known, broken;
  for (const Recipes::Entry& entry : recipes.entries()) {
    if (!entry.status.ok()) {
      broken += fmt::format("; {}", entry.status.message());
      continue;
    }
    if (!entry.recipe->match) continue;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", entry.recipe->name);
    Evaluator evaluator(*entry.recipe, functions_of(recipes.entries(), *entry.recipe), file,
                        formats);
    TENON_TRY_ASSIGN(const bool matches, evaluator.matches());
    if (matches) return build(*entry.recipe, evaluator, file);
  }
  return unsupported("no recipe is for {}; there are {}{}", identity(file),
                     known.empty() ? "none" : known, broken);
}

Json describe(const Recipes& recipes) {
  Json list = Json::array();
  for (const Recipes::Entry& entry : recipes.entries()) {
    Json row = Json::object({{"name", entry.name}, {"path", entry.path}});
    if (entry.recipe) {
      Json graphs = Json::array();
      for (const recipes::GraphRecipe& graph : entry.recipe->graphs) graphs.push(graph.name);
      row.set("title", entry.recipe->title).set("graphs", graphs);
      row.set("functions", uint64_t{entry.recipe->functions.size()});
    }
    row.set("error", entry.status.message());
    list.push(std::move(row));
  }
  Json functions = Json::array();
  for (const recipes::Builtin& builtin : recipes::builtins()) {
    functions.push(Json::object(
        {{"name", builtin.name}, {"signature", builtin.signature}, {"doc", builtin.doc}}));
  }
  Json refused = Json::array();
  for (const auto& [path, reason] : recipes.refused()) {
    refused.push(Json::object({{"path", path}, {"reason", reason}}));
  }
  return Json::object()
      .set("recipes", std::move(list))
      .set("builtins", std::move(functions))
      .set("refused", std::move(refused));
}

}  // namespace tenon
