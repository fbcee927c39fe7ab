// SPDX-License-Identifier: Apache-2.0
#include "core/recipes/term.h"

#include <fmt/format.h>

#include <algorithm>

namespace tenon::recipes {

Term list_of(std::vector<Term> elements) {
  Elements list;
  for (const Term& element : elements) {
    if (const auto* inner = element.as<List>())
      list.depth = std::max(list.depth, (*inner)->depth + 1);
  }
  if (list.depth > most_list_depth) return Missing{"a list of lists of lists"};
  list.all = std::move(elements);
  return List(std::make_shared<const Elements>(std::move(list)));
}

Term record_of(Members members) {
  return Record(std::make_shared<const Members>(std::move(members)));
}

Term term_of(const Json& json, const std::string& path) {
  if (const auto yes = json.boolean()) return *yes;
  if (const auto number = json.integer()) return *number;
  if (const auto number = json.number()) return *number;
  if (const auto text = json.text()) return std::string(*text);
  if (json.is_object()) return Document{&json, path};
  if (!json.is_array()) return Missing{path};
  std::vector<Term> elements;
  for (const Json& element : json.array_items()) {
    elements.push_back(term_of(element, fmt::format("{}[{}]", path, elements.size())));
  }
  return list_of(std::move(elements));
}

std::string_view kind_of(const Term& term) {
  constexpr std::string_view kinds[] = {"nothing",    "none",     "a truth", "a whole number",
                                        "a number",   "a text",   "a list",  "a record",
                                        "a document", "a weight", "a tensor"};
  return kinds[term.index()];
}

bool truth(const Term& term) {
  if (term.is_missing() || term.as<None>() != nullptr) return false;
  if (const auto* yes = term.as<bool>()) return *yes;
  if (term.is_number()) return term.number() != 0;
  if (const auto* text = term.as<std::string>()) return !text->empty();
  if (const auto* list = term.as<List>()) return !(*list)->all.empty();
  return true;
}

bool equal(const Term& a, const Term& b) {
  if (a.as<int64_t>() != nullptr && b.as<int64_t>() != nullptr) {
    return *a.as<int64_t>() == *b.as<int64_t>();
  }
  if (a.is_number() && b.is_number()) return a.number() == b.number();
  if (a.index() != b.index()) return false;
  if (const auto* text = a.as<std::string>()) return *text == *b.as<std::string>();
  if (const auto* yes = a.as<bool>()) return *yes == *b.as<bool>();
  if (const auto* list = a.as<List>())
    return std::ranges::equal((*list)->all, (*b.as<List>())->all, equal);
  return a.as<None>() != nullptr;
}

std::string text_of(const Term& term) {
  if (const auto* text = term.as<std::string>()) return *text;
  if (const auto* yes = term.as<bool>()) return *yes ? "true" : "false";
  if (const auto* number = term.as<int64_t>()) return fmt::format("{}", *number);
  if (const auto* number = term.as<double>()) {
    std::string text = fmt::format("{}", *number);
    // So that a formula reads it as a real number.
    if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
    return text;
  }
  return std::string(kind_of(term));
}

Json json_of(const Term& term) {
  if (const auto* text = term.as<std::string>()) return *text;
  if (const auto* yes = term.as<bool>()) return *yes;
  if (const auto* number = term.as<int64_t>()) return *number;
  if (const auto* number = term.as<double>()) return *number;
  if (const auto* document = term.as<Document>()) return *document->object;
  const auto* list = term.as<List>();
  if (list == nullptr) return {};
  Json array = Json::array();
  for (const Term& element : (*list)->all) array.push(json_of(element));
  return array;
}

}  // namespace tenon::recipes
