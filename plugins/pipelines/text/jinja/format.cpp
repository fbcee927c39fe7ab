// SPDX-License-Identifier: Apache-2.0
#include "jinja/library.h"
#include "jinja/print.h"
#include "jinja/utf8.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tenon::text::jinja {

namespace {

// One "%-08.3f" of a pattern.
struct Field {
  bool left = false;
  bool zeros = false;
  bool plus = false;
  int width = 0;
  int precision = -1;
  char type = 's';
};

constexpr int most_width = 1000;

Result<int> digits_at(std::string_view pattern, size_t& at) {
  int number = 0;
  for (; at < pattern.size() && pattern[at] >= '0' && pattern[at] <= '9'; ++at) {
    number = number * 10 + (pattern[at] - '0');
    if (number > most_width) return unsupported("format: a width beyond {}", most_width);
  }
  return number;
}

Result<Field> field_at(std::string_view pattern, size_t& at) {
  Field field;
  for (; at < pattern.size(); ++at) {
    if (pattern[at] == '-')
      field.left = true;
    else if (pattern[at] == '0')
      field.zeros = true;
    else if (pattern[at] == '+')
      field.plus = true;
    else if (pattern[at] != ' ' && pattern[at] != '#')
      break;
  }
  TENON_TRY_ASSIGN(field.width, digits_at(pattern, at));
  if (at < pattern.size() && pattern[at] == '.') {
    ++at;
    TENON_TRY_ASSIGN(field.precision, digits_at(pattern, at));
  }
  if (at >= pattern.size()) return invalid("incomplete format");
  field.type = pattern[at++];
  return field;
}

Result<std::string> number_text(const Field& field, const Value& value) {
  if (!value.is_number()) {
    return invalid("%{} format: a real number is required, not {}", field.type, type_name(value));
  }
  const int precision = std::min(field.precision < 0 ? 6 : field.precision, 100);
  switch (field.type) {
    case 'f':
    case 'F':
      return fmt::format("{:.{}f}", value.number(), precision);
    case 'e':
      return fmt::format("{:.{}e}", value.number(), precision);
    case 'g':
      return fmt::format("{:.{}g}", value.number(), std::max(precision, 1));
    default:
      break;
  }
  const double number = value.number();
  if (value.is(Kind::real) && !(std::abs(number) < 9.2e18)) {
    return invalid("cannot convert float {} to integer", real_text(number));
  }
  const int64_t whole = value.is(Kind::real) ? static_cast<int64_t>(number) : value.whole();
  if (field.type == 'x') return fmt::format("{:x}", whole);
  if (field.type == 'X') return fmt::format("{:X}", whole);
  if (field.type == 'o') return fmt::format("{:o}", whole);
  return fmt::format("{}", whole);
}

Result<std::string> field_text(Interpreter& run, const Field& field, const Value& value) {
  constexpr std::string_view numeric = "diufFegxXo";
  if (numeric.find(field.type) != numeric.npos) {
    auto made = number_text(field, value);
    if (made.ok() && field.plus && !made->starts_with('-')) made->insert(0, 1, '+');
    return made;
  }
  if (field.type != 's' && field.type != 'r') {
    return invalid("unsupported format character '{}'", field.type);
  }
  std::string text;
  const Status printed =
      field.type == 's' ? print(value, text, run.budget()) : print_repr(value, text, run.budget());
  TENON_TRY(printed);
  if (field.precision >= 0) {
    const auto starts = character_starts(text);
    text.resize(starts[std::min(static_cast<size_t>(field.precision), starts.size() - 1)]);
  }
  return text;
}

std::string padded(const Field& field, std::string text) {
  const auto width = static_cast<size_t>(field.width);
  const size_t count = character_count(text);
  if (count >= width) return text;
  if (field.left) return text + std::string(width - count, ' ');
  if (!field.zeros || field.type == 's') return std::string(width - count, ' ') + text;
  const bool has_sign = text.starts_with('-') || text.starts_with('+');
  text.insert(has_sign ? 1 : 0, width - count, '0');
  return text;
}

}  // namespace

Result<Value> format_percent(Interpreter& run, std::string_view pattern,
                             const std::vector<Value>& values) {
  std::string made;
  size_t next = 0;
  for (size_t at = 0; at < pattern.size();) {
    const size_t mark = std::min(pattern.find('%', at), pattern.size());
    made += pattern.substr(at, mark - at);
    if (mark == pattern.size()) break;
    at = mark + 1;
    TENON_TRY_ASSIGN(const Field field, field_at(pattern, at));
    if (field.type == '%') {
      made += '%';
      continue;
    }
    if (next == values.size()) return invalid("not enough arguments for format string");
    TENON_TRY_ASSIGN(std::string shown, field_text(run, field, values[next++]));
    const std::string text = padded(field, std::move(shown));
    if (!run.budget().allocate(static_cast<int64_t>(text.size()))) return run.budget().status();
    made += text;
  }
  if (next < values.size()) {
    return invalid("not all arguments converted during string formatting");
  }
  return run.text(std::move(made));
}

}  // namespace tenon::text::jinja
