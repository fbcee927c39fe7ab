// SPDX-License-Identifier: Apache-2.0
#include "tenon/json.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tenon {

// Defined here, where Member is whole.
Json::Json() = default;
Json::Json(const Json& other) = default;
Json::Json(Json&& other) noexcept = default;
Json& Json::operator=(const Json& other) = default;
Json& Json::operator=(Json&& other) noexcept = default;
Json::~Json() = default;

Json::Json(std::nullptr_t) {}
Json::Json(bool value) : value_(value) {}
Json::Json(int value) : value_(int64_t{value}) {}
Json::Json(int64_t value) : value_(value) {}
Json::Json(uint32_t value) : value_(int64_t{value}) {}
Json::Json(double value) : value_(value) {}
Json::Json(const char* value) : value_(std::string(value)) {}
Json::Json(std::string_view value) : value_(std::string(value)) {}
Json::Json(std::string value) : value_(std::move(value)) {}
Json::Json(Array value) : value_(std::move(value)) {}
Json::Json(Object value) : value_(std::move(value)) {}

Json::Json(uint64_t value) {
  constexpr auto most = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  if (value <= most) {
    value_ = static_cast<int64_t>(value);
  } else {
    value_ = static_cast<double>(value);
  }
}

Json Json::object(std::initializer_list<Member> members) { return Json(Object(members)); }
Json Json::array(std::initializer_list<Json> elements) { return Json(Array(elements)); }

std::string_view Json::kind() const {
  constexpr std::string_view names[] = {"null", "boolean", "integer", "number",
                                        "text", "array",   "object"};
  return names[value_.index()];
}

std::optional<bool> Json::boolean() const {
  const auto* value = std::get_if<bool>(&value_);
  return value ? std::optional(*value) : std::nullopt;
}

std::optional<int64_t> Json::integer() const {
  const auto* value = std::get_if<int64_t>(&value_);
  return value ? std::optional(*value) : std::nullopt;
}

std::optional<double> Json::number() const {
  if (const auto* value = std::get_if<double>(&value_)) return *value;
  const auto* value = std::get_if<int64_t>(&value_);
  return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
}

std::optional<std::string_view> Json::text() const {
  const auto* value = std::get_if<std::string>(&value_);
  return value ? std::optional<std::string_view>(*value) : std::nullopt;
}

const Json::Array& Json::array_items() const {
  static const Array none;
  const auto* value = std::get_if<Array>(&value_);
  return value ? *value : none;
}

const Json::Object& Json::members() const {
  static const Object none;
  const auto* value = std::get_if<Object>(&value_);
  return value ? *value : none;
}

const Json* Json::find(std::string_view name) const {
  const Object& object = members();
  const auto member = std::ranges::find(object, name, &Member::name);
  return member == object.end() ? nullptr : &member->value;
}

std::string_view Json::text(std::string_view name, std::string_view otherwise) const {
  const Json* member = find(name);
  return member ? member->text().value_or(otherwise) : otherwise;
}

int64_t Json::integer(std::string_view name, int64_t otherwise) const {
  const Json* member = find(name);
  return member ? member->integer().value_or(otherwise) : otherwise;
}

double Json::number(std::string_view name, double otherwise) const {
  const Json* member = find(name);
  return member ? member->number().value_or(otherwise) : otherwise;
}

bool Json::boolean(std::string_view name, bool otherwise) const {
  const Json* member = find(name);
  return member ? member->boolean().value_or(otherwise) : otherwise;
}

const Json::Array& Json::array(std::string_view name) const {
  static const Array none;
  const Json* member = find(name);
  return member ? member->array_items() : none;
}

Json& Json::set(std::string_view name, Json value) {
  if (!is_object()) value_ = Object();
  auto& object = std::get<Object>(value_);
  const auto member = std::ranges::find(object, name, &Member::name);
  if (member == object.end()) {
    object.push_back({std::string(name), std::move(value)});
  } else {
    member->value = std::move(value);
  }
  return *this;
}

Json& Json::push(Json value) {
  if (!is_array()) value_ = Array();
  std::get<Array>(value_).push_back(std::move(value));
  return *this;
}

bool Json::operator==(const Json& other) const { return value_ == other.value_; }

bool is_utf8(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if ((lead >= 0x80 && lead < 0xC2) || lead > 0xF4 || length > text.size() - i) return false;
    uint32_t point = length == 1 ? lead : lead & (0x7Fu >> length);
    for (size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xC0) != 0x80) return false;
      point = point << 6 | (next & 0x3Fu);
    }
    const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
    const bool surrogate = point >= 0xD800 && point < 0xE000;
    if (overlong || surrogate || point > 0x10FFFF) return false;
    i += length;
  }
  return true;
}

}  // namespace tenon
