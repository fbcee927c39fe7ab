// SPDX-License-Identifier: Apache-2.0
#include "jinja/value.h"

#include <algorithm>
#include <cmath>

namespace tenon::text::jinja {

Value Value::of(bool value) {
  Value made;
  made.kind = Kind::boolean;
  made.boolean = value;
  return made;
}

Value Value::of(int64_t value) {
  Value made;
  made.kind = Kind::integer;
  made.integer = value;
  return made;
}

Value Value::of(double value) {
  Value made;
  made.kind = Kind::real;
  made.real = value;
  return made;
}

Value Value::of(std::string_view value) {
  Value made;
  made.kind = Kind::text;
  made.text = value;
  return made;
}

Value Value::of(const List& list) {
  Value made;
  made.kind = list.is_tuple ? Kind::tuple : Kind::list;
  made.list = &list;
  return made;
}

Value Value::of(const Dict& dict) {
  Value made;
  made.kind = Kind::dict;
  made.dict = &dict;
  return made;
}

Value Value::none() {
  Value made;
  made.kind = Kind::none;
  return made;
}

Value Value::undefined(std::string_view why) {
  Value made;
  made.text = why;
  return made;
}

bool Value::is_number() const { return is_integral() || kind == Kind::real; }

bool Value::is_integral() const { return kind == Kind::integer || kind == Kind::boolean; }

const Value* Arguments::find(size_t place, std::string_view name) const {
  if (place < positional.size()) return &positional[place];
  for (const auto& [key, value] : named) {
    if (key == name) return &value;
  }
  return nullptr;
}

Status Budget::status() const {
  if (left()) return {};
  return unsupported("the template takes too {}, a limit for templates that never end",
                     bytes_ < 0 ? "much memory" : "many steps");
}

std::string_view type_name(const Value& value) {
  static constexpr std::string_view names[] = {
      "Undefined", "NoneType",  "bool", "int",   "float",  "str",      "list",   "tuple",
      "dict",      "Namespace", "loop", "macro", "method", "function", "Cycler", "Joiner"};
  return names[static_cast<size_t>(value.kind)];
}

bool truth(const Value& value) {
  switch (value.kind) {
    case Kind::undefined:
    case Kind::none:
      return false;
    case Kind::boolean:
      return value.boolean;
    case Kind::integer:
      return value.integer != 0;
    case Kind::real:
      return value.real != 0;
    case Kind::text:
      return !value.text.empty();
    case Kind::list:
    case Kind::tuple:
      return !value.list->items.empty();
    case Kind::dict:
      return !value.dict->entries.empty();
    default:
      return true;
  }
}

namespace {

bool equal_numbers(const Value& left, const Value& right) {
  if (left.is_integral() && right.is_integral()) return left.whole() == right.whole();
  return left.number() == right.number();
}

bool equal_lists(const List& left, const List& right, Budget& budget) {
  return left.items.size() == right.items.size() &&
         std::ranges::equal(left.items, right.items,
                            [&](const Value& a, const Value& b) { return equal(a, b, budget); });
}

bool equal_dicts(const Dict& left, const Dict& right, Budget& budget) {
  return left.entries.size() == right.entries.size() &&
         std::ranges::all_of(left.entries, [&](const auto& entry) {
           const Value* other = find(right, entry.first, budget);
           return other != nullptr && equal(entry.second, *other, budget);
         });
}

int sign_of(bool less, bool greater) { return less ? -1 : (greater ? 1 : 0); }

}  // namespace

bool equal(const Value& left, const Value& right, Budget& budget) {
  if (!budget.spend(1)) return false;
  if (left.is_number() && right.is_number()) return equal_numbers(left, right);
  if (left.kind != right.kind) return false;
  switch (left.kind) {
    case Kind::undefined:
    case Kind::none:
      return true;
    case Kind::text:
      return left.text.size() == right.text.size() &&
             budget.spend(static_cast<int64_t>(left.text.size() / 256)) && left.text == right.text;
    case Kind::list:
    case Kind::tuple:
      return equal_lists(*left.list, *right.list, budget);
    case Kind::dict:
      return equal_dicts(*left.dict, *right.dict, budget);
    case Kind::function:
      return left.function == right.function;
    default:
      return left.space == right.space;
  }
}

const Value* find(const Dict& dict, const Value& key, Budget& budget) {
  if (!budget.spend(static_cast<int64_t>(dict.entries.size() / 8))) return nullptr;
  for (const auto& [name, value] : dict.entries) {
    if (name.kind == Kind::text && key.kind == Kind::text) {
      if (name.text == key.text) return &value;
    } else if (equal(name, key, budget)) {
      return &value;
    }
  }
  return nullptr;
}

Result<int> compare(const Value& left, const Value& right, std::string_view sign, Budget& budget) {
  TENON_TRY(budget.spend(1) ? Status() : budget.status());
  if (left.is_integral() && right.is_integral()) {
    return sign_of(left.whole() < right.whole(), left.whole() > right.whole());
  }
  if (left.is_number() && right.is_number()) {
    return sign_of(left.number() < right.number(), left.number() > right.number());
  }
  if (left.is(Kind::text) && right.is(Kind::text)) {
    return sign_of(left.text < right.text, right.text < left.text);
  }
  if (left.is_sequence() && left.kind == right.kind) {
    const auto& a = left.list->items;
    const auto& b = right.list->items;
    for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
      if (equal(a[i], b[i], budget)) continue;
      return compare(a[i], b[i], sign, budget);
    }
    return sign_of(a.size() < b.size(), a.size() > b.size());
  }
  if (left.is(Kind::undefined) || right.is(Kind::undefined)) {
    return invalid("{}", (left.is(Kind::undefined) ? left : right).text);
  }
  return invalid("'{}' not supported between instances of '{}' and '{}'", sign, type_name(left),
                 type_name(right));
}

}  // namespace tenon::text::jinja
