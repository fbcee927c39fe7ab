// SPDX-License-Identifier: Apache-2.0
#include "jinja/library.h"

#include <algorithm>
#include <initializer_list>

namespace tenon::text::jinja {

namespace {

Result<Value> dict_items(Interpreter& run, const Value& self, const Arguments& arguments) {
  return run.filter("items", self, arguments);
}

Result<Value> dict_keys(Interpreter& run, const Value& self, const Arguments&) {
  TENON_TRY_ASSIGN(std::vector<Value> keys, run.items(self));
  return run.list(std::move(keys));
}

Result<Value> dict_values(Interpreter& run, const Value& self, const Arguments&) {
  std::vector<Value> values;
  for (const auto& [key, value] : self.dict->entries) values.push_back(value);
  return run.list(std::move(values));
}

Result<Value> dict_get(Interpreter& run, const Value& self, const Arguments& arguments) {
  const Value* key = arguments.find(0, "key");
  if (key == nullptr) return invalid("get expected at least 1 argument, got 0");
  if (const Value* found = find(*self.dict, *key, run.budget())) return *found;
  const Value* otherwise = arguments.find(1, "default");
  return otherwise == nullptr ? Value::none() : *otherwise;
}

Result<Value> itself(Interpreter&, const Value& self, const Arguments&) { return self; }

Result<Value> list_index(Interpreter& run, const Value& self, const Arguments& arguments) {
  if (arguments.positional.empty()) return invalid("index(): expected a value");
  const auto& items = self.list->items;
  const auto found = std::ranges::find_if(
      items, [&](const Value& item) { return equal(item, arguments.positional[0], run.budget()); });
  if (found == items.end()) return invalid("the value is not in the list");
  return Value::of(static_cast<int64_t>(found - items.begin()));
}

Result<Value> list_count(Interpreter& run, const Value& self, const Arguments& arguments) {
  if (arguments.positional.empty()) return invalid("count(): expected a value");
  return Value::of(int64_t{std::ranges::count_if(self.list->items, [&](const Value& item) {
    return equal(item, arguments.positional[0], run.budget());
  })});
}

Result<Value> cycler_next(Interpreter&, const Value& self, const Arguments&) {
  Cycler& cycler = *self.cycler;
  const Value value = cycler.items[cycler.position];
  cycler.position = (cycler.position + 1) % cycler.items.size();
  return value;
}

Result<Value> cycler_reset(Interpreter&, const Value& self, const Arguments&) {
  self.cycler->position = 0;
  return Value::none();
}

Result<Value> loop_cycle(Interpreter&, const Value& self, const Arguments& arguments) {
  if (arguments.positional.empty()) return invalid("no items for cycling given");
  return arguments.positional[self.loop->index % arguments.positional.size()];
}

Result<Value> loop_changed(Interpreter& run, const Value& self, const Arguments& arguments) {
  Loop& loop = *self.loop;
  const bool same =
      std::ranges::equal(loop.before, arguments.positional,
                         [&](const Value& a, const Value& b) { return equal(a, b, run.budget()); });
  const bool first = loop.before.empty() && !arguments.positional.empty();
  if (!same || first) loop.before = arguments.positional;
  return Value::of(!same || first);
}

constexpr NamedMethod of_lists[] = {
    {"index", list_index},
    {"count", list_count},
    {"copy", itself},
};

constexpr NamedMethod of_dicts[] = {
    {"items", dict_items}, {"keys", dict_keys}, {"values", dict_values},
    {"get", dict_get},     {"copy", itself},
};

constexpr NamedMethod of_cyclers[] = {
    {"next", cycler_next},
    {"reset", cycler_reset},
};

constexpr NamedMethod of_loops[] = {
    {"cycle", loop_cycle},
    {"changed", loop_changed},
};

}  // namespace

std::span<const NamedMethod> list_methods() { return of_lists; }
std::span<const NamedMethod> dict_methods() { return of_dicts; }
std::span<const NamedMethod> cycler_methods() { return of_cyclers; }
std::span<const NamedMethod> loop_methods() { return of_loops; }

bool changes_its_value(const Value& value, std::string_view method) {
  const auto is_one_of = [&](std::initializer_list<std::string_view> names) {
    return std::ranges::find(names, method) != names.end();
  };
  if (value.is(Kind::list)) {
    return is_one_of({"append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"});
  }
  return value.is(Kind::dict) && is_one_of({"clear", "pop", "popitem", "setdefault", "update"});
}

}  // namespace tenon::text::jinja
