// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// JSON as a value: parsed strictly, printed canonically, members kept in order. Link Tenon::json.
// Values own all they hold and are copied like any other value. [any thread]
namespace tenon {

class Json {
 public:
  struct Member;
  using Array = std::vector<Json>;
  using Object = std::vector<Member>;

  Json();                        // null
  Json(std::nullptr_t);          // NOLINT: a value is JSON
  Json(bool value);              // NOLINT
  Json(int value);               // NOLINT
  Json(int64_t value);           // NOLINT
  Json(uint32_t value);          // NOLINT
  Json(uint64_t value);          // beyond int64: the nearest double         NOLINT
  Json(double value);            // NOLINT
  Json(const char* value);       // NOLINT
  Json(std::string_view value);  // NOLINT
  Json(std::string value);       // NOLINT
  Json(Array value);             // NOLINT
  Json(Object value);            // NOLINT
  Json(const Json& other);
  Json(Json&& other) noexcept;
  Json& operator=(const Json& other);
  Json& operator=(Json&& other) noexcept;
  ~Json();

  // Json::object({{"id", "x"}, {"size", 3}}), Json::array({1, 2, 3}).
  static Json object(std::initializer_list<Member> members = {});
  static Json array(std::initializer_list<Json> elements = {});

  bool is_null() const { return std::holds_alternative<std::nullptr_t>(value_); }
  bool is_bool() const { return std::holds_alternative<bool>(value_); }
  bool is_integer() const { return std::holds_alternative<int64_t>(value_); }
  bool is_number() const { return is_integer() || std::holds_alternative<double>(value_); }
  bool is_text() const { return std::holds_alternative<std::string>(value_); }
  bool is_array() const { return std::holds_alternative<Array>(value_); }
  bool is_object() const { return std::holds_alternative<Object>(value_); }
  // "null", "boolean", "integer", "number", "text", "array" or "object".
  std::string_view kind() const;

  // What the value is, or nothing if it is of another kind. An integer is also a number.
  std::optional<bool> boolean() const;
  std::optional<int64_t> integer() const;
  std::optional<double> number() const;
  std::optional<std::string_view> text() const;
  // Elements or members; empty when the value is of another kind.
  const Array& array_items() const;
  const Object& members() const;

  // Member of an object, or null when there is none or this is no object. [borrowed]
  const Json* find(std::string_view name) const;
  // Member of that kind, or the default when it is absent or of another kind. [borrowed]
  std::string_view text(std::string_view name, std::string_view otherwise = {}) const;
  int64_t integer(std::string_view name, int64_t otherwise) const;
  double number(std::string_view name, double otherwise) const;
  bool boolean(std::string_view name, bool otherwise) const;
  const Array& array(std::string_view name) const;

  // Adds a member or replaces the one of that name; makes a null an object first.
  // Returns *this, so that calls chain.
  Json& set(std::string_view name, Json value);
  // Adds an element; makes a null an array first.
  Json& push(Json value);

  // indent 0: one line. Floats print their shortest exact form; NaN and infinity become null.
  std::string dump(int indent = 0) const;

  bool operator==(const Json& other) const;

 private:
  std::variant<std::nullptr_t, bool, int64_t, double, std::string, Array, Object> value_;
};

struct Json::Member {
  std::string name;
  Json value;
  bool operator==(const Member& other) const = default;
};

struct JsonLimits {
  size_t bytes = size_t{64} << 20;
  int depth = 64;  // at most 64
};

// One RFC 8259 value and nothing after it: UTF-8 with paired surrogates, no duplicate member
// names, integers within int64, numbers finite. No input stops the program.
Result<Json> parse_json(std::string_view text, const JsonLimits& limits = {});

// Whether text is valid UTF-8 (no surrogates, no overlong forms).
bool is_utf8(std::string_view text);

}  // namespace tenon
