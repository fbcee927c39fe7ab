// SPDX-License-Identifier: Apache-2.0
#include "jinja/library.h"
#include "jinja/utf8.h"

#include <algorithm>

namespace tenon::text::jinja {

Result<int64_t> integer_argument(const Arguments& arguments, size_t place, std::string_view name,
                                 int64_t otherwise) {
  const Value* value = arguments.find(place, name);
  if (value == nullptr || value->is(Kind::none)) return otherwise;
  if (!value->is_integral()) {
    return invalid("{}: expected an integer, found {}", name, type_name(*value));
  }
  return value->whole();
}

Result<std::string_view> text_argument(Interpreter& run, const Arguments& arguments, size_t place,
                                       std::string_view name, std::string_view otherwise) {
  const Value* value = arguments.find(place, name);
  return value == nullptr ? Result<std::string_view>(otherwise) : run.str(*value);
}

bool flag_argument(const Arguments& arguments, size_t place, std::string_view name,
                   bool otherwise) {
  const Value* value = arguments.find(place, name);
  return value == nullptr ? otherwise : truth(*value);
}

Result<Value> attribute_path(Interpreter& run, const Value& value, std::string_view path) {
  Value at = value;
  while (true) {
    const size_t end = std::min(path.find('.'), path.size());
    const std::string_view part = path.substr(0, end);
    TENON_TRY(run.spend(1));
    const bool is_index = !part.empty() && part.size() < 10 &&
                          std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
    Value key = Value::of(part);
    if (is_index) {
      int64_t index = 0;
      for (const char c : part) index = index * 10 + (c - '0');
      key = Value::of(index);
    }
    TENON_TRY_ASSIGN(at, run.item(at, key));
    if (end == path.size()) return at;
    path.remove_prefix(end + 1);
  }
}

std::vector<std::string_view> split(std::string_view text,
                                    std::optional<std::string_view> separator, int64_t most) {
  std::vector<std::string_view> parts;
  const auto full = [&] { return most >= 0 && static_cast<int64_t>(parts.size()) >= most; };
  if (separator) {
    for (size_t end = text.find(*separator); end != text.npos && !full();
         end = text.find(*separator)) {
      parts.push_back(text.substr(0, end));
      text.remove_prefix(end + separator->size());
    }
    parts.push_back(text);
    return parts;
  }
  for (text = strip_left(text); !text.empty() && !full(); text = strip_left(text)) {
    size_t end = 0;
    while (end < text.size() && !is_space(code_point(text, end))) {
      end += character_bytes(text, end);
    }
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  if (!text.empty()) parts.push_back(strip_right(text));
  return parts;
}

Result<Value> replaced(Interpreter& run, std::string_view text, std::string_view from,
                       std::string_view to, int64_t most) {
  TENON_TRY(run.spend(static_cast<int64_t>(text.size() / 16)));
  std::string made;
  constexpr size_t most_bytes = size_t{4} << 20;
  int64_t count = 0;
  size_t at = 0;
  while (at <= text.size() && (most < 0 || count < most)) {
    const size_t found = text.find(from, at);
    if (found == text.npos) break;
    made += text.substr(at, found - at);
    made += to;
    if (made.size() > most_bytes) {
      return unsupported("a replacement that makes more than {} bytes", most_bytes);
    }
    at = found + from.size();
    ++count;
    if (!from.empty()) continue;
    if (at == text.size()) return run.text(std::move(made));
    const size_t bytes = character_bytes(text, at);
    made += text.substr(at, bytes);
    at += bytes;
  }
  made += text.substr(std::min(at, text.size()));
  return run.text(std::move(made));
}

std::string_view stripped(std::string_view text, std::optional<std::string_view> set, Sides sides) {
  if (!set) {
    if (sides == Sides::left) return strip_left(text);
    return sides == Sides::right ? strip_right(text) : strip(text);
  }
  const auto in_set = [&](std::string_view character) {
    for (size_t at = 0; at < set->size(); at += character_bytes(*set, at)) {
      if (set->substr(at, character_bytes(*set, at)) == character) return true;
    }
    return false;
  };
  const auto starts = character_starts(text);
  size_t begin = 0;
  size_t end = starts.size() - 1;
  const auto character = [&](size_t i) {
    return text.substr(starts[i], starts[i + 1] - starts[i]);
  };
  while (sides != Sides::right && begin < end && in_set(character(begin))) ++begin;
  while (sides != Sides::left && end > begin && in_set(character(end - 1))) --end;
  return text.substr(starts[begin], starts[end] - starts[begin]);
}

namespace {

bool is_letter(uint32_t code) {
  return to_upper(code) != code || to_lower(code) != code || code >= 0x2E80;
}

}  // namespace

Result<Value> cased(Interpreter& run, std::string_view text, Letters letters) {
  TENON_TRY(run.spend(static_cast<int64_t>(text.size() / 8)));
  std::string made;
  made.reserve(text.size());
  bool begins = true;
  for (size_t at = 0; at < text.size(); at += character_bytes(text, at)) {
    const size_t bytes = character_bytes(text, at);
    const uint32_t code = code_point(text, at);
    if (bytes == 1 && code >= 0x80) {
      made += text[at];
      continue;
    }
    const bool first = begins && (letters == Letters::capitalized || letters == Letters::title);
    const bool is_lower = to_upper(code) != code;
    const bool raises =
        letters == Letters::upper || first || (letters == Letters::swapped && is_lower);
    const uint32_t changed = raises ? to_upper(code) : to_lower(code);
    append_code_point(made, changed);
    begins = letters == Letters::title ? !is_letter(code) : false;
  }
  return run.text(std::move(made));
}

}  // namespace tenon::text::jinja
