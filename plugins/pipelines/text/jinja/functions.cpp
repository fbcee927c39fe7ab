// SPDX-License-Identifier: Apache-2.0
#include "jinja/library.h"

#include <algorithm>

namespace tenon::text::jinja {

namespace {

constexpr int64_t most_range = 100'000;

Result<Value> range(Interpreter& run, const Arguments& arguments) {
  const auto& given = arguments.positional;
  if (given.empty() || given.size() > 3) return invalid("range expected 1 to 3 arguments");
  for (const Value& value : given) {
    if (value.is(Kind::undefined)) return invalid("{}", value.text);
    if (!value.is_integral()) {
      return invalid("'{}' object cannot be interpreted as an integer", type_name(value));
    }
  }
  const int64_t start = given.size() > 1 ? given[0].whole() : 0;
  const int64_t stop = given[given.size() > 1 ? 1 : 0].whole();
  const int64_t step = given.size() > 2 ? given[2].whole() : 1;
  if (step == 0) return invalid("range() arg 3 must not be zero");
  std::vector<Value> items;
  for (int64_t at = start; step > 0 ? at < stop : at > stop;) {
    if (static_cast<int64_t>(items.size()) == most_range) {
      return unsupported("range too big, at most {} items", most_range);
    }
    items.push_back(Value::of(at));
    if (__builtin_add_overflow(at, step, &at)) break;
  }
  return run.list(std::move(items));
}

Result<Value> make_namespace(Interpreter& run, const Arguments& arguments) {
  Space& space = run.store().make<Space>();
  for (const Value& given : arguments.positional) {
    if (!given.is(Kind::dict)) return invalid("namespace(): expected a dict or name=value");
    for (const auto& [key, value] : given.dict->entries) {
      if (key.is(Kind::text)) space.members.emplace_back(key.text, value);
    }
  }
  for (const auto& [name, value] : arguments.named) space.members.emplace_back(name, value);
  run.budget().allocate(static_cast<int64_t>(space.members.size() * 64) + 64);
  Value made;
  made.kind = Kind::space;
  made.space = &space;
  return made;
}

Result<Value> make_dict(Interpreter& run, const Arguments& arguments) {
  std::vector<std::pair<Value, Value>> entries;
  for (const Value& given : arguments.positional) {
    if (!given.is(Kind::dict)) return invalid("dict(): expected a dict or name=value");
    entries.insert(entries.end(), given.dict->entries.begin(), given.dict->entries.end());
  }
  for (const auto& given : arguments.named) {
    const auto& [name, value] = given;
    TENON_TRY(run.spend(static_cast<int64_t>(entries.size() / 4)));
    const auto old = std::ranges::find_if(entries, [&](const auto& entry) {
      return entry.first.is(Kind::text) && entry.first.text == given.first;
    });
    if (old != entries.end()) {
      old->second = value;
    } else {
      entries.emplace_back(Value::of(name), value);
    }
  }
  return run.dict(std::move(entries));
}

Result<Value> make_list(Interpreter& run, const Arguments& arguments) {
  if (arguments.positional.empty()) return run.list({});
  return run.filter("list", arguments.positional[0], {});
}

Result<Value> raise_exception(Interpreter& run, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const std::string_view message,
                   text_argument(run, arguments, 0, "message", "the template gave up"));
  return invalid("{}", message);
}

Result<Value> strftime_now(Interpreter& run, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const std::string_view pattern,
                   text_argument(run, arguments, 0, "format", "%Y-%m-%d"));
  TENON_TRY(run.spend(static_cast<int64_t>(pattern.size())));
  TENON_TRY_ASSIGN(std::string text, time_text(run.now(), pattern));
  return run.text(std::move(text));
}

Result<Value> make_cycler(Interpreter& run, const Arguments& arguments) {
  if (arguments.positional.empty()) return invalid("at least one item has to be provided");
  Cycler& cycler = run.store().make<Cycler>();
  cycler.items = arguments.positional;
  run.budget().allocate(static_cast<int64_t>(cycler.items.size() * sizeof(Value)) + 64);
  Value made;
  made.kind = Kind::cycler;
  made.cycler = &cycler;
  return made;
}

Result<Value> make_joiner(Interpreter& run, const Arguments& arguments) {
  Joiner& joiner = run.store().make<Joiner>();
  TENON_TRY_ASSIGN(joiner.separator, text_argument(run, arguments, 0, "sep", ", "));
  run.budget().allocate(64);
  Value made;
  made.kind = Kind::joiner;
  made.joiner = &joiner;
  return made;
}

constexpr NamedFunction table[] = {
    {"namespace", make_namespace},
    {"raise_exception", raise_exception},
    {"strftime_now", strftime_now},
    {"range", range},
    {"dict", make_dict},
    {"list", make_list},
    {"cycler", make_cycler},
    {"joiner", make_joiner},
};

}  // namespace

std::span<const NamedFunction> functions() { return table; }

}  // namespace tenon::text::jinja
