// SPDX-License-Identifier: Apache-2.0
#include "jinja/interpreter.h"
#include "jinja/library.h"
#include "jinja/print.h"
#include "jinja/utf8.h"

#include <algorithm>
#include <array>

namespace tenon::text::jinja {

namespace {

int depth_of(const Value& value) {
  if (value.is_sequence()) return value.list->depth;
  return value.is(Kind::dict) ? value.dict->depth : 0;
}

Status too_deep() {
  return unsupported("lists or dicts nested more than {} levels deep", most_nesting);
}

template <class Row>
const Row* row_of(std::span<const Row> table, std::string_view name) {
  const auto found = std::ranges::find(table, name, &Row::name);
  return found == table.end() ? nullptr : &*found;
}

}  // namespace

Result<Value> Interpreter::text(std::string made) {
  if (!budget_.allocate(static_cast<int64_t>(made.size()) + 32)) return budget_.status();
  return Value::of(store_.keep(std::move(made)));
}

Result<List*> Interpreter::kept(std::vector<Value> items) {
  if (!budget_.allocate(static_cast<int64_t>(items.size() * sizeof(Value)) + 64)) {
    return budget_.status();
  }
  List& made = store_.make<List>();
  for (const Value& item : items) made.depth = std::max(made.depth, depth_of(item) + 1);
  if (made.depth > most_nesting) return too_deep();
  made.items = std::move(items);
  return &made;
}

Result<Value> Interpreter::list(std::vector<Value> items) {
  TENON_TRY_ASSIGN(const List* made, kept(std::move(items)));
  return Value::of(*made);
}

Result<Value> Interpreter::tuple(std::vector<Value> items) {
  TENON_TRY_ASSIGN(List * made, kept(std::move(items)));
  made->is_tuple = true;
  return Value::of(*made);
}

Result<Value> Interpreter::dict(std::vector<std::pair<Value, Value>> entries) {
  if (!budget_.allocate(static_cast<int64_t>(entries.size() * 2 * sizeof(Value)) + 64)) {
    return budget_.status();
  }
  Dict& made = store_.make<Dict>();
  for (const auto& [key, value] : entries) {
    made.depth = std::max({made.depth, depth_of(key) + 1, depth_of(value) + 1});
  }
  if (made.depth > most_nesting) return too_deep();
  made.entries = std::move(entries);
  return Value::of(made);
}

Result<std::string_view> Interpreter::str(const Value& value) {
  if (value.is(Kind::text)) return value.text;
  std::string made;
  TENON_TRY(print(value, made, budget_));
  return store_.keep(std::move(made));
}

Result<std::vector<Value>> Interpreter::items(const Value& value) {
  std::vector<Value> found;
  switch (value.kind) {
    case Kind::undefined:
      return found;
    case Kind::list:
    case Kind::tuple:
      found = value.list->items;
      break;
    case Kind::dict:
      for (const auto& [key, member] : value.dict->entries) found.push_back(key);
      break;
    case Kind::text: {
      TENON_TRY(spend(static_cast<int64_t>(value.text.size())));
      const auto starts = character_starts(value.text);
      for (size_t i = 0; i + 1 < starts.size(); ++i) {
        found.push_back(Value::of(value.text.substr(starts[i], starts[i + 1] - starts[i])));
      }
      break;
    }
    default:
      return invalid("'{}' object is not iterable", type_name(value));
  }
  if (!budget_.allocate(static_cast<int64_t>(found.size() * sizeof(Value)))) {
    return budget_.status();
  }
  return found;
}

Result<Value> Interpreter::evaluate(const Expression& expression, Scope& scope) {
  TENON_TRY(spend(1));
  const Deeper level(depth_);
  if (depth_ > most_depth) return calls_too_deep();
  return evaluate_some(expression, scope);
}

Result<Value> Interpreter::evaluate_some(const Expression& expression, Scope& scope) {
  using Kind = Expression::Kind;
  const auto& items = expression.items;
  switch (expression.kind) {
    case Kind::literal:
      return expression.value;
    case Kind::captured:
      return captured_;
    case Kind::name:
      return name(expression, scope);
    case Kind::list:
    case Kind::tuple:
      return elements(expression, scope);
    case Kind::dict:
      return entries(expression, scope);
    case Kind::minus:
    case Kind::plus:
      return sign(expression, scope);
    case Kind::compare:
      return comparison(expression, scope);
    case Kind::condition:
      return condition(expression, scope);
    case Kind::slice:
      return slice(expression, scope);
    default:
      break;
  }
  TENON_TRY_ASSIGN(const Value first, evaluate(*items[0], scope));
  switch (expression.kind) {
    case Kind::negate:
      return Value::of(!truth(first));
    case Kind::both:
      return truth(first) ? evaluate(*items[1], scope) : first;
    case Kind::either:
      return truth(first) ? first : evaluate(*items[1], scope);
    case Kind::binary: {
      TENON_TRY_ASSIGN(const Value second, evaluate(*items[1], scope));
      return operate(*this, expression.operators[0], first, second);
    }
    case Kind::attribute:
      return attribute(first, expression.text);
    case Kind::item: {
      TENON_TRY_ASSIGN(const Value key, evaluate(*items[1], scope));
      return item(first, key);
    }
    default:
      break;
  }
  TENON_TRY_ASSIGN(const Arguments given, arguments(expression, scope));
  if (expression.kind == Kind::call) return call(first, given);
  if (expression.kind == Kind::filter) return filter(expression.text, first, given);
  TENON_TRY_ASSIGN(const bool holds, test(expression.text, first, given));
  return Value::of(holds);
}

Result<Value> Interpreter::name(const Expression& expression, Scope& scope) {
  if (const Value* found = scope.find(expression.text)) return *found;
  if (const NamedFunction* function = row_of(functions(), expression.text)) {
    Value value;
    value.kind = jinja::Kind::function;
    value.function = function->run;
    return value;
  }
  return Value::undefined(store_.keep(fmt::format("'{}' is undefined", expression.text)));
}

Result<Value> Interpreter::elements(const Expression& expression, Scope& scope) {
  std::vector<Value> made;
  made.reserve(expression.items.size());
  for (const Expression* item : expression.items) {
    TENON_TRY_ASSIGN(const Value value, evaluate(*item, scope));
    made.push_back(value);
  }
  return expression.kind == Expression::Kind::list ? list(std::move(made)) : tuple(std::move(made));
}

Result<Value> Interpreter::entries(const Expression& expression, Scope& scope) {
  Dict made;
  for (size_t i = 0; i < expression.items.size(); i += 2) {
    TENON_TRY_ASSIGN(const Value key, evaluate(*expression.items[i], scope));
    TENON_TRY_ASSIGN(const Value value, evaluate(*expression.items[i + 1], scope));
    if (key.is(Kind::list) || key.is(Kind::dict)) {
      return invalid("unhashable type: '{}'", type_name(key));
    }
    const auto old = std::ranges::find_if(
        made.entries, [&](const auto& entry) { return equal(entry.first, key, budget_); });
    if (old != made.entries.end()) {
      old->second = value;
    } else {
      made.entries.emplace_back(key, value);
    }
  }
  return dict(std::move(made.entries));
}

Result<Value> Interpreter::sign(const Expression& expression, Scope& scope) {
  TENON_TRY_ASSIGN(const Value value, evaluate(*expression.items[0], scope));
  const bool minus = expression.kind == Expression::Kind::minus;
  if (value.is(Kind::real)) return Value::of(minus ? -value.real : value.real);
  if (value.is_integral()) {
    if (!minus) return Value::of(value.whole());
    return operate(*this, Operator::subtract, Value::of(int64_t{0}), value);
  }
  if (value.is(Kind::undefined)) return invalid("{}", value.text);
  return invalid("bad operand type for unary {}: '{}'", minus ? '-' : '+', type_name(value));
}

Result<Value> Interpreter::comparison(const Expression& expression, Scope& scope) {
  TENON_TRY_ASSIGN(Value left, evaluate(*expression.items[0], scope));
  for (size_t i = 0; i < expression.operators.size(); ++i) {
    TENON_TRY_ASSIGN(const Value right, evaluate(*expression.items[i + 1], scope));
    TENON_TRY_ASSIGN(const bool yes, holds(*this, expression.operators[i], left, right));
    if (!yes) return Value::of(false);
    left = right;
  }
  return Value::of(true);
}

Result<Value> Interpreter::condition(const Expression& expression, Scope& scope) {
  TENON_TRY_ASSIGN(const Value decides, evaluate(*expression.items[0], scope));
  if (truth(decides)) return evaluate(*expression.items[1], scope);
  if (expression.items.size() > 2) return evaluate(*expression.items[2], scope);
  return Value::undefined("the inline if-expression has no else and its condition is false");
}

Result<Value> Interpreter::slice(const Expression& expression, Scope& scope) {
  TENON_TRY_ASSIGN(const Value value, evaluate(*expression.items[0], scope));
  std::array<Value, 3> parts;
  std::array<const Value*, 3> given{};
  for (size_t i = 0; i < parts.size(); ++i) {
    if (expression.items[i + 1] == nullptr) continue;
    TENON_TRY_ASSIGN(parts[i], evaluate(*expression.items[i + 1], scope));
    if (!parts[i].is(Kind::none)) given[i] = &parts[i];
  }
  return slice_of(*this, value, given[0], given[1], given[2]);
}

Result<Arguments> Interpreter::arguments(const Expression& call, Scope& scope) {
  Arguments made;
  const size_t named_from = call.items.size() - call.names.size();
  for (size_t i = 1; i < call.items.size(); ++i) {
    TENON_TRY_ASSIGN(const Value value, evaluate(*call.items[i], scope));
    if (i < named_from) {
      made.positional.push_back(value);
    } else {
      made.named.emplace_back(call.names[i - named_from], value);
    }
  }
  TENON_TRY(more_arguments(call, scope, made));
  return made;
}

// What stands behind "*" and "**".
Status Interpreter::more_arguments(const Expression& call, Scope& scope, Arguments& made) {
  if (call.more != nullptr) {
    TENON_TRY_ASSIGN(const Value more, evaluate(*call.more, scope));
    TENON_TRY_ASSIGN(const std::vector<Value> values, items(more));
    made.positional.insert(made.positional.end(), values.begin(), values.end());
  }
  if (call.more_named != nullptr) {
    TENON_TRY_ASSIGN(const Value more, evaluate(*call.more_named, scope));
    if (!more.is(Kind::dict)) return invalid("what stands behind ** must be a dict");
    for (const auto& [key, value] : more.dict->entries) {
      if (!key.is(Kind::text)) return invalid("keywords must be strings");
      made.named.emplace_back(key.text, value);
    }
  }
  return {};
}

Result<Value> Interpreter::filter(std::string_view name, const Value& value,
                                  const Arguments& arguments) {
  const Deeper level(depth_);
  if (depth_ > most_depth) return calls_too_deep();
  for (const auto table : {text_filters(), list_filters(), value_filters()}) {
    if (const Filter* found = row_of(table, name)) return found->run(*this, value, arguments);
  }
  return unsupported("no filter named '{}'", name);
}

Result<bool> Interpreter::test(std::string_view name, const Value& value,
                               const Arguments& arguments) {
  const Deeper level(depth_);
  if (depth_ > most_depth) return calls_too_deep();
  if (const Test* found = row_of(tests(), name)) return found->run(*this, value, arguments);
  return unsupported("no test named '{}'", name);
}

}  // namespace tenon::text::jinja
