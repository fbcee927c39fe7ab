// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jinja/interpreter.h"

#include <optional>
#include <span>

// What the language offers by name: filters, tests, methods and functions. A table a kind; a row
// is all there is to add. [any thread]
namespace tenon::text::jinja {

struct Filter {
  std::string_view name;
  Result<Value> (*run)(Interpreter&, const Value&, const Arguments&);
};

struct Test {
  std::string_view name;
  Result<bool> (*run)(Interpreter&, const Value&, const Arguments&);
};

struct NamedMethod {
  std::string_view name;
  Method::Body run;
};

struct NamedFunction {
  std::string_view name;
  Function run;
};

std::span<const Filter> text_filters();
std::span<const Filter> list_filters();
std::span<const Filter> value_filters();
std::span<const Test> tests();
std::span<const NamedMethod> text_methods();
std::span<const NamedMethod> list_methods();
std::span<const NamedMethod> dict_methods();
std::span<const NamedMethod> cycler_methods();
std::span<const NamedMethod> loop_methods();
std::span<const NamedFunction> functions();

// Names of methods that would change a list or dict.
bool changes_its_value(const Value& value, std::string_view method);

// Arguments in the types that functions want; an absent one is `otherwise`.
Result<int64_t> integer_argument(const Arguments& arguments, size_t place, std::string_view name,
                                 int64_t otherwise);
Result<std::string_view> text_argument(Interpreter& run, const Arguments& arguments, size_t place,
                                       std::string_view name, std::string_view otherwise);
bool flag_argument(const Arguments& arguments, size_t place, std::string_view name, bool otherwise);

// value.a.0.b for "a.0.b".
Result<Value> attribute_path(Interpreter& run, const Value& value, std::string_view path);

// Text parts between separators; without one, runs of white space separate. most < 0: all.
std::vector<std::string_view> split(std::string_view text,
                                    std::optional<std::string_view> separator, int64_t most);

// Every occurrence replaced, at most `most` of them when that is not negative.
Result<Value> replaced(Interpreter& run, std::string_view text, std::string_view from,
                       std::string_view to, int64_t most);

// Without the characters of the set (white space when there is none) on the chosen sides.
enum class Sides : uint8_t { left, right, both };
std::string_view stripped(std::string_view text, std::optional<std::string_view> set, Sides sides);

// Letters changed by one rule for the first of each word and another for the rest.
enum class Letters : uint8_t { upper, lower, capitalized, title, swapped };
Result<Value> cased(Interpreter& run, std::string_view text, Letters letters);

// The time as strftime prints it.
Result<std::string> time_text(std::chrono::sys_seconds time, std::string_view pattern);

}  // namespace tenon::text::jinja
