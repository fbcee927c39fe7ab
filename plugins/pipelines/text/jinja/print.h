// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jinja/value.h"
#include "tenon/json.h"

// Values as text, the way Python prints them, and as JSON, the way Python's json.dumps prints it.
// Everything that is printed is taken from the budget. [any thread]
namespace tenon::text::jinja {

// Appends str(value): texts as they are, undefined as nothing, lists and dicts by repr.
Status print(const Value& value, std::string& out, Budget& budget);

// Appends repr(value).
Status print_repr(const Value& value, std::string& out, Budget& budget);

// 1.0, 1e+16, 0.1: the shortest digits that read back as the same number.
std::string real_text(double value);

struct JsonStyle {
  int indent = -1;  // below 0: all in one line
  bool ascii = false;
  bool sort_keys = false;
  std::string_view item_separator = ", ";
  std::string_view key_separator = ": ";
};

// Appends the value as JSON; an error for what JSON has no form for.
Status print_json(const Value& value, const JsonStyle& style, std::string& out, Budget& budget);

// A JSON value as a value of the language. Texts borrow from `json` unless `keep` is set.
enum class Texts : uint8_t { borrow, keep };
Value from_json(const Json& json, Texts texts, Store& store);

}  // namespace tenon::text::jinja
