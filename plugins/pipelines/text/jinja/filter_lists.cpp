// SPDX-License-Identifier: Apache-2.0
#include "jinja/library.h"
#include "jinja/utf8.h"

#include <algorithm>
#include <bit>

namespace tenon::text::jinja {

namespace {

using Values = std::vector<Value>;

Result<Value> length(Interpreter& run, const Value& value, const Arguments&) {
  if (value.is(Kind::text)) {
    TENON_TRY(run.spend(static_cast<int64_t>(value.text.size() / 16)));
    return Value::of(static_cast<int64_t>(character_count(value.text)));
  }
  if (value.is(Kind::undefined)) return Value::of(int64_t{0});
  if (value.is_sequence()) return Value::of(static_cast<int64_t>(value.list->items.size()));
  if (value.is(Kind::dict)) return Value::of(static_cast<int64_t>(value.dict->entries.size()));
  return invalid("object of type '{}' has no len()", type_name(value));
}

Result<Value> first(Interpreter& run, const Value& value, const Arguments&) {
  TENON_TRY_ASSIGN(const Values items, run.items(value));
  return items.empty() ? Value::undefined("No first item, sequence was empty.") : items.front();
}

Result<Value> last(Interpreter& run, const Value& value, const Arguments&) {
  TENON_TRY_ASSIGN(const Values items, run.items(value));
  return items.empty() ? Value::undefined("No last item, sequence was empty.") : items.back();
}

Result<Value> list(Interpreter& run, const Value& value, const Arguments&) {
  TENON_TRY_ASSIGN(Values items, run.items(value));
  return run.list(std::move(items));
}

Result<Value> reverse(Interpreter& run, const Value& value, const Arguments&) {
  const Value step = Value::of(int64_t{-1});
  if (value.is(Kind::text)) return slice_of(run, value, nullptr, nullptr, &step);
  TENON_TRY_ASSIGN(Values items, run.items(value));
  std::ranges::reverse(items);
  return run.list(std::move(items));
}

// The attribute that a filter was told to look at, of every item; the items without one.
Result<Values> keys_of(Interpreter& run, const Values& items, const Value* attribute) {
  if (attribute == nullptr || attribute->is(Kind::none)) return items;
  TENON_TRY_ASSIGN(const std::string_view path, run.str(*attribute));
  Values keys;
  for (const Value& item : items) {
    TENON_TRY_ASSIGN(const Value key, attribute_path(run, item, path));
    keys.push_back(key);
  }
  return keys;
}

// Small letters, so that case does not count.
Status fold_case(Interpreter& run, Values& keys) {
  for (Value& key : keys) {
    if (!key.is(Kind::text)) continue;
    TENON_TRY_ASSIGN(key, cased(run, key.text, Letters::lower));
  }
  return {};
}

Result<Value> join(Interpreter& run, const Value& value, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const Values items, run.items(value));
  TENON_TRY_ASSIGN(const std::string_view separator, text_argument(run, arguments, 0, "d", ""));
  TENON_TRY_ASSIGN(const Values keys, keys_of(run, items, arguments.find(1, "attribute")));
  std::string made;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (i > 0) made += separator;
    TENON_TRY_ASSIGN(const std::string_view text, run.str(keys[i]));
    if (!run.budget().allocate(static_cast<int64_t>(text.size() + separator.size()))) {
      return run.budget().status();
    }
    made += text;
  }
  return run.text(std::move(made));
}

// Places of the items in ascending order of their keys.
Result<std::vector<size_t>> order_of(Interpreter& run, const Values& keys) {
  std::vector<size_t> order(keys.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  TENON_TRY(run.spend(static_cast<int64_t>(keys.size() * std::bit_width(keys.size()))));
  Status failure;
  std::ranges::stable_sort(order, [&](size_t a, size_t b) {
    if (!failure.ok()) return false;
    const auto less = compare(keys[a], keys[b], "<", run.budget());
    if (!less.ok()) failure = less.status();
    return less.ok() && *less < 0;
  });
  TENON_TRY(failure);
  return order;
}

Result<Value> picked(Interpreter& run, const Values& items, std::vector<size_t> order,
                     bool backwards) {
  if (backwards) std::ranges::reverse(order);
  Values made;
  for (const size_t at : order) made.push_back(items[at]);
  return run.list(std::move(made));
}

Result<Value> sort(Interpreter& run, const Value& value, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const Values items, run.items(value));
  TENON_TRY_ASSIGN(Values keys, keys_of(run, items, arguments.find(2, "attribute")));
  if (!flag_argument(arguments, 1, "case_sensitive", false)) TENON_TRY(fold_case(run, keys));
  TENON_TRY_ASSIGN(std::vector<size_t> order, order_of(run, keys));
  return picked(run, items, std::move(order), flag_argument(arguments, 0, "reverse", false));
}

Result<Value> dict_sort(Interpreter& run, const Value& value, const Arguments& arguments) {
  if (!value.is(Kind::dict))
    return invalid("dictsort: expected a dict, found {}", type_name(value));
  TENON_TRY_ASSIGN(const std::string_view by, text_argument(run, arguments, 1, "by", "key"));
  Values pairs;
  Values keys;
  for (const auto& [key, member] : value.dict->entries) {
    TENON_TRY_ASSIGN(const Value pair, run.tuple({key, member}));
    pairs.push_back(pair);
    keys.push_back(by == "value" ? member : key);
  }
  if (!flag_argument(arguments, 0, "case_sensitive", false)) TENON_TRY(fold_case(run, keys));
  TENON_TRY_ASSIGN(std::vector<size_t> order, order_of(run, keys));
  return picked(run, pairs, std::move(order), flag_argument(arguments, 2, "reverse", false));
}

// Places of the first item of each key.
Result<std::vector<size_t>> firsts(Interpreter& run, const Values& keys) {
  std::vector<size_t> found;
  for (size_t i = 0; i < keys.size(); ++i) {
    const bool known = std::ranges::any_of(
        found, [&](size_t at) { return equal(keys[at], keys[i], run.budget()); });
    if (!known) found.push_back(i);
    TENON_TRY(run.budget().status());
  }
  return found;
}

Result<Value> unique(Interpreter& run, const Value& value, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const Values items, run.items(value));
  TENON_TRY_ASSIGN(Values keys, keys_of(run, items, arguments.find(1, "attribute")));
  if (!flag_argument(arguments, 0, "case_sensitive", false)) TENON_TRY(fold_case(run, keys));
  TENON_TRY_ASSIGN(std::vector<size_t> order, firsts(run, keys));
  return picked(run, items, std::move(order), false);
}

Result<Value> group_by(Interpreter& run, const Value& value, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const Values items, run.items(value));
  TENON_TRY_ASSIGN(const Values keys, keys_of(run, items, arguments.find(0, "attribute")));
  TENON_TRY_ASSIGN(const std::vector<size_t> order, order_of(run, keys));
  Values groups;
  for (size_t i = 0; i < order.size();) {
    Values members;
    const Value& key = keys[order[i]];
    for (; i < order.size() && equal(keys[order[i]], key, run.budget()); ++i) {
      members.push_back(items[order[i]]);
    }
    TENON_TRY(run.budget().status());
    TENON_TRY_ASSIGN(const Value all, run.list(std::move(members)));
    TENON_TRY_ASSIGN(const Value group, run.tuple({key, all}));
    groups.push_back(group);
  }
  return run.list(std::move(groups));
}

// Items of what a filter goes through; nothing that is false has any.
Result<Values> items_of(Interpreter& run, const Value& value) {
  return truth(value) ? run.items(value) : Result<Values>(Values());
}

// Arguments behind the first `count`.
Result<Arguments> rest_of(Interpreter& run, const Arguments& arguments, size_t count) {
  TENON_TRY(run.spend(static_cast<int64_t>(arguments.positional.size())));
  Arguments rest = arguments;
  rest.positional.erase(rest.positional.begin(),
                        rest.positional.begin() +
                            static_cast<std::ptrdiff_t>(std::min(count, rest.positional.size())));
  return rest;
}

Result<Value> map(Interpreter& run, const Value& value, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const Values items, items_of(run, value));
  Values made;
  if (arguments.positional.empty()) {
    const Value* attribute = arguments.find(0, "attribute");
    if (attribute == nullptr) return invalid("map: expected a filter's name or an attribute");
    TENON_TRY_ASSIGN(made, keys_of(run, items, attribute));
    const Value* substitute = arguments.find(0, "default");
    for (Value& key : made) {
      if (key.is(Kind::undefined) && substitute != nullptr) key = *substitute;
    }
    return run.list(std::move(made));
  }
  TENON_TRY_ASSIGN(const std::string_view name, run.str(arguments.positional[0]));
  TENON_TRY_ASSIGN(const Arguments rest, rest_of(run, arguments, 1));
  for (const Value& item : items) {
    TENON_TRY(run.spend(1));
    TENON_TRY_ASSIGN(const Value changed, run.filter(name, item, rest));
    made.push_back(changed);
  }
  return run.list(std::move(made));
}

// Items whose key passes the test that stands at `place`; without one, whose key is true.
Result<Value> chosen(Interpreter& run, const Values& items, const Values& keys,
                     const Arguments& arguments, size_t place, bool wanted) {
  std::string_view name;
  if (const Value* given = arguments.find(place, "")) {
    TENON_TRY_ASSIGN(name, run.str(*given));
  }
  TENON_TRY_ASSIGN(const Arguments rest, rest_of(run, arguments, place + 1));
  Values made;
  for (size_t i = 0; i < items.size(); ++i) {
    TENON_TRY(run.spend(1));
    bool passes = truth(keys[i]);
    if (!name.empty()) {
      TENON_TRY_ASSIGN(passes, run.test(name, keys[i], rest));
    }
    if (passes == wanted) made.push_back(items[i]);
  }
  return run.list(std::move(made));
}

template <bool wanted>
Result<Value> select(Interpreter& run, const Value& value, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const Values items, items_of(run, value));
  return chosen(run, items, items, arguments, 0, wanted);
}

template <bool wanted>
Result<Value> select_attribute(Interpreter& run, const Value& value, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const Values items, items_of(run, value));
  if (arguments.positional.empty()) return invalid("selectattr: expected an attribute's name");
  TENON_TRY_ASSIGN(const Values keys, keys_of(run, items, &arguments.positional[0]));
  return chosen(run, items, keys, arguments, 1, wanted);
}

Result<Value> sum(Interpreter& run, const Value& value, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const Values items, run.items(value));
  TENON_TRY_ASSIGN(const Values keys, keys_of(run, items, arguments.find(0, "attribute")));
  const Value* start = arguments.find(1, "start");
  Value total = start == nullptr ? Value::of(int64_t{0}) : *start;
  for (const Value& key : keys) {
    TENON_TRY_ASSIGN(total, operate(run, Operator::add, total, key));
  }
  return total;
}

template <int wanted>
Result<Value> extreme(Interpreter& run, const Value& value, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const Values items, run.items(value));
  TENON_TRY_ASSIGN(Values keys, keys_of(run, items, arguments.find(1, "attribute")));
  if (!flag_argument(arguments, 0, "case_sensitive", false)) TENON_TRY(fold_case(run, keys));
  if (items.empty()) return Value::undefined("No aggregated item, sequence was empty.");
  size_t best = 0;
  for (size_t i = 1; i < keys.size(); ++i) {
    TENON_TRY_ASSIGN(const int order, compare(keys[i], keys[best], "<", run.budget()));
    if (order == wanted) best = i;
  }
  return items[best];
}

Result<Value> batch(Interpreter& run, const Value& value, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const Values items, run.items(value));
  TENON_TRY_ASSIGN(const int64_t size, integer_argument(arguments, 0, "linecount", 0));
  if (size < 1 || size > 100'000) return invalid("batch: {}, expected 1 to 100000", size);
  const Value* fill = arguments.find(1, "fill_with");
  Values rows;
  for (size_t i = 0; i < items.size(); i += static_cast<size_t>(size)) {
    const size_t end = std::min(items.size(), i + static_cast<size_t>(size));
    Values row(items.begin() + static_cast<std::ptrdiff_t>(i),
               items.begin() + static_cast<std::ptrdiff_t>(end));
    if (fill != nullptr && !fill->is(Kind::none)) row.resize(static_cast<size_t>(size), *fill);
    TENON_TRY_ASSIGN(const Value made, run.list(std::move(row)));
    rows.push_back(made);
  }
  return run.list(std::move(rows));
}

Result<Value> items(Interpreter& run, const Value& value, const Arguments&) {
  if (value.is(Kind::undefined)) return run.list({});
  if (!value.is(Kind::dict)) return invalid("Can only get item pairs from a mapping.");
  Values pairs;
  for (const auto& [key, member] : value.dict->entries) {
    TENON_TRY_ASSIGN(const Value pair, run.tuple({key, member}));
    pairs.push_back(pair);
  }
  return run.list(std::move(pairs));
}

constexpr Filter table[] = {
    {"length", length},
    {"count", length},
    {"first", first},
    {"last", last},
    {"list", list},
    {"reverse", reverse},
    {"join", join},
    {"sort", sort},
    {"dictsort", dict_sort},
    {"unique", unique},
    {"groupby", group_by},
    {"map", map},
    {"select", select<true>},
    {"reject", select<false>},
    {"selectattr", select_attribute<true>},
    {"rejectattr", select_attribute<false>},
    {"sum", sum},
    {"min", extreme<-1>},
    {"max", extreme<1>},
    {"batch", batch},
    {"items", items},
};

}  // namespace

std::span<const Filter> list_filters() { return table; }

}  // namespace tenon::text::jinja
