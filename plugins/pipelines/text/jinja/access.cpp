// SPDX-License-Identifier: Apache-2.0
#include "jinja/library.h"
#include "jinja/utf8.h"

#include <algorithm>

namespace tenon::text::jinja {

namespace {

std::span<const NamedMethod> methods_of(const Value& value) {
  switch (value.kind) {
    case Kind::text:
      return text_methods();
    case Kind::list:
    case Kind::tuple:
      return list_methods();
    case Kind::dict:
      return dict_methods();
    case Kind::cycler:
      return cycler_methods();
    case Kind::loop:
      return loop_methods();
    default:
      return {};
  }
}

// A method of the value, or nothing.
std::optional<Value> method_of(Interpreter& run, const Value& value, std::string_view name) {
  const auto methods = methods_of(value);
  const auto found = std::ranges::find(methods, name, &NamedMethod::name);
  if (found == methods.end()) return std::nullopt;
  Method& method = run.store().make<Method>();
  method.self = value;
  method.name = found->name;
  method.body = found->run;
  run.budget().allocate(sizeof(Method));
  Value made;
  made.kind = Kind::method;
  made.method = &method;
  return made;
}

Value item_or_undefined(const std::vector<Value>& items, size_t index, std::string_view why) {
  return index < items.size() ? items[index] : Value::undefined(why);
}

std::optional<Value> loop_attribute(const Loop& loop, std::string_view name) {
  const auto index = static_cast<int64_t>(loop.index);
  const auto length = static_cast<int64_t>(loop.items.size());
  if (name == "index") return Value::of(index + 1);
  if (name == "index0") return Value::of(index);
  if (name == "revindex") return Value::of(length - index);
  if (name == "revindex0") return Value::of(length - index - 1);
  if (name == "first") return Value::of(index == 0);
  if (name == "last") return Value::of(index + 1 == length);
  if (name == "length") return Value::of(length);
  if (name == "depth") return Value::of(static_cast<int64_t>(loop.depth));
  if (name == "depth0") return Value::of(static_cast<int64_t>(loop.depth) - 1);
  if (name == "previtem") {
    return item_or_undefined(loop.items, loop.index - 1, "there is no previous item");
  }
  if (name == "nextitem") {
    return item_or_undefined(loop.items, loop.index + 1, "there is no next item");
  }
  return std::nullopt;
}

std::optional<Value> member_of(const Value& value, std::string_view name) {
  if (value.is(Kind::loop)) return loop_attribute(*value.loop, name);
  if (value.is(Kind::space)) {
    for (const auto& [key, member] : value.space->members) {
      if (key == name) return member;
    }
  }
  if (value.is(Kind::cycler) && name == "current" && !value.cycler->items.empty()) {
    return value.cycler->items[value.cycler->position];
  }
  if (value.is(Kind::macro) && name == "name") return Value::of(value.macro->statement->text);
  return std::nullopt;
}

Value missing(Interpreter& run, const Value& value, std::string_view name) {
  if (changes_its_value(value, name)) {
    return Value::undefined(run.store().keep(
        fmt::format("access to attribute '{}' of '{}' object is unsafe.", name, type_name(value))));
  }
  return Value::undefined(
      run.store().keep(fmt::format("'{} object' has no attribute '{}'", type_name(value), name)));
}

// Place of an index that may count from the end; past the end when it is out of range.
size_t place_of(int64_t index, size_t size) {
  if (index < 0) index += static_cast<int64_t>(size);
  return index < 0 ? size : static_cast<size_t>(index);
}

struct Steps {
  int64_t begin = 0;
  int64_t step = 1;
  size_t count = 0;
};

Result<Steps> steps_of(size_t size, const Value* start, const Value* stop, const Value* step) {
  for (const Value* part : {start, stop, step}) {
    if (part != nullptr && !part->is_integral()) {
      return invalid("slice indices must be integers or None, not {}", type_name(*part));
    }
  }
  const auto length = static_cast<int64_t>(size);
  Steps made;
  if (step != nullptr) made.step = std::clamp<int64_t>(step->whole(), -length - 1, length + 1);
  if (made.step == 0) return invalid("slice step cannot be zero");
  const bool forward = made.step > 0;
  const int64_t least = forward ? 0 : -1;
  const int64_t most = forward ? length : length - 1;
  const auto bound = [&](const Value* part, int64_t otherwise) {
    if (part == nullptr) return otherwise;
    const int64_t at = part->whole() < 0 ? part->whole() + length : part->whole();
    return std::clamp(at, least, most);
  };
  made.begin = bound(start, forward ? 0 : length - 1);
  const int64_t end = bound(stop, forward ? length : -1);
  const int64_t distance = forward ? end - made.begin : made.begin - end;
  const int64_t stride = forward ? made.step : -made.step;
  made.count = distance <= 0 ? 0 : static_cast<size_t>((distance + stride - 1) / stride);
  return made;
}

Result<Value> text_slice(Interpreter& run, std::string_view text, const Value* start,
                         const Value* stop, const Value* step) {
  TENON_TRY(run.spend(static_cast<int64_t>(text.size() / 8)));
  const auto starts = character_starts(text);
  TENON_TRY_ASSIGN(const Steps steps, steps_of(starts.size() - 1, start, stop, step));
  if (steps.step == 1) {
    const size_t begin = starts[static_cast<size_t>(steps.begin)];
    return Value::of(
        text.substr(begin, starts[static_cast<size_t>(steps.begin) + steps.count] - begin));
  }
  std::string made;
  for (size_t i = 0; i < steps.count; ++i) {
    const auto at = static_cast<size_t>(steps.begin + static_cast<int64_t>(i) * steps.step);
    made += text.substr(starts[at], starts[at + 1] - starts[at]);
  }
  return run.text(std::move(made));
}

}  // namespace

Result<Value> Interpreter::attribute(const Value& value, std::string_view name) {
  if (value.is(Kind::undefined)) return invalid("{}", value.text);
  if (const auto found = member_of(value, name)) return *found;
  if (const auto method = method_of(*this, value, name)) return *method;
  if (value.is(Kind::dict)) {
    if (const Value* found = find(*value.dict, Value::of(name), budget_)) return *found;
  }
  return missing(*this, value, name);
}

Result<Value> Interpreter::item(const Value& value, const Value& key) {
  if (value.is(Kind::undefined)) return invalid("{}", value.text);
  if (value.is(Kind::dict)) {
    if (const Value* found = find(*value.dict, key, budget_)) return *found;
  }
  if (key.is_integral() && value.is_sequence()) {
    const auto& items = value.list->items;
    return item_or_undefined(items, place_of(key.whole(), items.size()), "list index out of range");
  }
  if (key.is_integral() && value.is(Kind::text)) {
    TENON_TRY(spend(static_cast<int64_t>(value.text.size() / 8)));
    const auto starts = character_starts(value.text);
    const size_t at = place_of(key.whole(), starts.size() - 1);
    if (at + 1 >= starts.size()) return Value::undefined("string index out of range");
    return Value::of(value.text.substr(starts[at], starts[at + 1] - starts[at]));
  }
  if (key.is(Kind::text)) {
    if (const auto found = member_of(value, key.text)) return *found;
    if (const auto method = method_of(*this, value, key.text)) return *method;
    return missing(*this, value, key.text);
  }
  if (key.is(Kind::undefined)) return Value::undefined(key.text);
  return Value::undefined("there is no such item");
}

Result<Value> slice_of(Interpreter& run, const Value& value, const Value* start, const Value* stop,
                       const Value* step) {
  if (value.is(Kind::undefined)) return invalid("{}", value.text);
  if (value.is(Kind::text)) return text_slice(run, value.text, start, stop, step);
  if (!value.is_sequence()) return invalid("'{}' object cannot be sliced", type_name(value));
  const auto& items = value.list->items;
  TENON_TRY_ASSIGN(const Steps steps, steps_of(items.size(), start, stop, step));
  std::vector<Value> made;
  made.reserve(steps.count);
  for (size_t i = 0; i < steps.count; ++i) {
    made.push_back(items[static_cast<size_t>(steps.begin + static_cast<int64_t>(i) * steps.step)]);
  }
  return value.is(Kind::list) ? run.list(std::move(made)) : run.tuple(std::move(made));
}

}  // namespace tenon::text::jinja
