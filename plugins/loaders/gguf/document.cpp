// SPDX-License-Identifier: Apache-2.0
#include "document.h"

#include "tenon/json.h"

#include <algorithm>
#include <span>

namespace tenon::gguf {
namespace {

constexpr uint64_t most_elements = 1024;
// Keys with more dots keep the rest in one name.
constexpr int most_depth = 16;

bool is_shown(const Value& value) {
  if (value.is_array) return value.type != ValueType::string && value.count <= most_elements;
  return value.type != ValueType::string || is_utf8(value.bytes);
}

Json scalar(ValueType type, std::optional<int64_t> integer, std::optional<double> number) {
  if (type == ValueType::boolean) return Json(integer.value_or(0) != 0);
  if (integer) return Json(*integer);
  return Json(number.value_or(0));
}

Json json_of(const Value& value) {
  if (const auto text = value.text()) return Json(*text);
  if (const auto flag = value.boolean()) return Json(*flag);
  if (!value.is_array) return scalar(value.type, value.integer(), value.number());
  Json list = Json::array();
  for (uint64_t i = 0; i < value.count; ++i) {
    list.push(scalar(value.type, value.integer_at(i), value.number_at(i)));
  }
  return list;
}

// The first segment of a key, or all of it.
std::string_view segment(std::string_view key, int depth) {
  return depth == most_depth ? key : key.substr(0, key.find('.'));
}

// Members of one object from entries that share all before their keys' `from`; sorted by key with
// the dot before all other characters.
void write_members(std::span<const Entry* const> entries, size_t from, int depth,
                   std::string& json) {
  json += '{';
  bool is_first = true;
  const auto begin_member = [&](std::string_view name) {
    if (!is_first) json += ',';
    is_first = false;
    json += Json(name).dump() + ":";
  };
  while (!entries.empty()) {
    const std::string_view key = entries.front()->key;
    if (from > key.size()) {  // its whole key is the name of this object
      begin_member("");
      json += json_of(entries.front()->value).dump();
      entries = entries.subspan(1);
      continue;
    }
    const std::string_view name = segment(key.substr(from), depth);
    const size_t next = from + name.size();
    const auto end = std::ranges::find_if(entries, [&](const Entry* entry) {
      return segment(entry->key.substr(std::min(from, entry->key.size())), depth) != name;
    });
    const auto count = static_cast<size_t>(end - entries.begin());
    begin_member(name);
    if (count == 1 && key.size() == next) {
      json += json_of(entries.front()->value).dump();
    } else {
      write_members(entries.first(count), next + 1, depth + 1, json);
    }
    entries = entries.subspan(count);
  }
  json += '}';
}

bool comes_before(const Entry* a, const Entry* b) {
  return std::ranges::lexicographical_compare(a->key, b->key, [](char x, char y) {
    const auto rank = [](char c) { return c == '.' ? -1 : int{static_cast<unsigned char>(c)}; };
    return rank(x) < rank(y);
  });
}

}  // namespace

std::string document_of(const Header& header) {
  std::vector<const Entry*> entries;
  for (const Entry& entry : header.entries) {
    if (is_shown(entry.value)) entries.push_back(&entry);
  }
  std::ranges::sort(entries, comes_before);
  std::string json;
  write_members(entries, 0, 0, json);
  return json;
}

}  // namespace tenon::gguf
