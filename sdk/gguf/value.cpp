// SPDX-License-Identifier: Apache-2.0
#include "tenon/gguf.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace tenon::gguf {
namespace {

template <class T>
T number_in(std::string_view bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

std::optional<int64_t> integer_in(ValueType type, std::string_view bytes) {
  switch (type) {
    case ValueType::u8:
      return number_in<uint8_t>(bytes);
    case ValueType::i8:
      return number_in<int8_t>(bytes);
    case ValueType::u16:
      return number_in<uint16_t>(bytes);
    case ValueType::i16:
      return number_in<int16_t>(bytes);
    case ValueType::u32:
      return number_in<uint32_t>(bytes);
    case ValueType::i32:
      return number_in<int32_t>(bytes);
    case ValueType::i64:
      return number_in<int64_t>(bytes);
    case ValueType::u64: {
      const auto value = number_in<uint64_t>(bytes);
      if (value > uint64_t{std::numeric_limits<int64_t>::max()}) return {};
      return static_cast<int64_t>(value);
    }
    default:
      return {};
  }
}

std::optional<double> real_in(ValueType type, std::string_view bytes) {
  if (type == ValueType::f32) return number_in<float>(bytes);
  if (type == ValueType::f64) return number_in<double>(bytes);
  if (type == ValueType::u64) return static_cast<double>(number_in<uint64_t>(bytes));
  const auto integer = integer_in(type, bytes);
  return integer ? std::optional(static_cast<double>(*integer)) : std::nullopt;
}

// The value of a key as `read` takes it, its default, or what is wrong.
template <class T, class F>
Result<T> typed(const Header& header, std::string_view key, std::optional<T> otherwise,
                std::string_view wanted, F&& read) {
  const Value* value = header.find(key);
  if (value == nullptr) {
    if (otherwise) return *otherwise;
    return corrupt("gguf metadata: key \"{}\" is missing, expected {}", key, wanted);
  }
  if (const std::optional<T> found = read(*value)) return *found;
  return corrupt("gguf metadata: key \"{}\" is {}, expected {}", key, value->kind(), wanted);
}

}  // namespace

std::string_view name_of(ValueType type) {
  constexpr std::string_view names[] = {"u8",   "i8",     "u16",   "i16", "u32", "i32", "f32",
                                        "bool", "string", "array", "u64", "i64", "f64"};
  const auto index = static_cast<size_t>(type);
  return index < std::size(names) ? names[index] : "unknown";
}

size_t bytes_of(ValueType type) {
  constexpr uint8_t sizes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
  const auto index = static_cast<size_t>(type);
  return index < std::size(sizes) ? sizes[index] : 0;
}

std::optional<int64_t> Value::integer() const {
  return is_array ? std::nullopt : integer_in(type, bytes);
}

std::optional<double> Value::number() const {
  return is_array ? std::nullopt : real_in(type, bytes);
}

std::optional<bool> Value::boolean() const {
  if (is_array || type != ValueType::boolean) return {};
  return bytes.front() != 0;
}

std::optional<std::string_view> Value::text() const {
  if (is_array || type != ValueType::string) return {};
  return bytes;
}

std::optional<int64_t> Value::integer_at(uint64_t i) const {
  const size_t size = bytes_of(type);
  if (!is_array || i >= count || size == 0) return {};
  if (type == ValueType::boolean) return bytes[i] != 0 ? 1 : 0;
  return integer_in(type, bytes.substr(i * size, size));
}

std::optional<double> Value::number_at(uint64_t i) const {
  const size_t size = bytes_of(type);
  if (!is_array || i >= count || size == 0) return {};
  return real_in(type, bytes.substr(i * size, size));
}

std::vector<std::string_view> Value::texts() const {
  std::vector<std::string_view> list;
  if (!is_array || type != ValueType::string) return list;
  list.reserve(count);
  std::string_view rest = bytes;
  for (uint64_t i = 0; i < count; ++i) {
    const auto length = static_cast<size_t>(number_in<uint64_t>(rest));
    list.push_back(rest.substr(sizeof(uint64_t), length));
    rest.remove_prefix(sizeof(uint64_t) + length);
  }
  return list;
}

std::string Value::kind() const {
  return is_array ? fmt::format("array of {}", name_of(type)) : std::string(name_of(type));
}

const Value* Header::find(std::string_view key) const {
  const auto key_of = [&](uint32_t index) { return entries[index].key; };
  const auto found = std::ranges::lower_bound(by_key, key, {}, key_of);
  return found != by_key.end() && key_of(*found) == key ? &entries[*found].value : nullptr;
}

Result<int64_t> Header::integer(std::string_view key, std::optional<int64_t> otherwise) const {
  return typed(*this, key, otherwise, "an integer within 64 bits",
               [](const Value& value) { return value.integer(); });
}

Result<double> Header::number(std::string_view key, std::optional<double> otherwise) const {
  return typed(*this, key, otherwise, "a number",
               [](const Value& value) { return value.number(); });
}

Result<bool> Header::boolean(std::string_view key, std::optional<bool> otherwise) const {
  return typed(*this, key, otherwise, "bool", [](const Value& value) { return value.boolean(); });
}

Result<std::string_view> Header::text(std::string_view key,
                                      std::optional<std::string_view> otherwise) const {
  return typed(*this, key, otherwise, "string", [](const Value& value) { return value.text(); });
}

}  // namespace tenon::gguf
