// SPDX-License-Identifier: Apache-2.0
#include "jinja/print.h"

#include "jinja/utf8.h"

#include <array>
#include <charconv>
#include <cmath>
#include <iterator>

namespace tenon::text::jinja {

namespace {

Status append(std::string_view text, std::string& out, Budget& budget) {
  if (!budget.allocate(static_cast<int64_t>(text.size()))) return budget.status();
  out += text;
  return {};
}

// Digits of |value| without a point, and the power of ten of the first one.
struct Digits {
  std::string digits;
  int exponent = 0;
};

Digits shortest(double value) {
  std::array<char, 40> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(value),
                                 std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<size_t>(end.ptr - buffer.data()));
  const size_t mark = text.find('e');
  Digits made;
  for (const char c : text.substr(0, mark)) {
    if (c != '.') made.digits += c;
  }
  std::string_view exponent = text.substr(mark + 1);
  if (exponent.front() == '+') exponent.remove_prefix(1);
  std::from_chars(exponent.data(), exponent.data() + exponent.size(), made.exponent);
  return made;
}

std::string quoted(std::string_view text) {
  const char quote = text.find('\'') != text.npos && text.find('"') == text.npos ? '"' : '\'';
  std::string out(1, quote);
  for (size_t at = 0; at < text.size();) {
    const size_t bytes = character_bytes(text, at);
    const char c = text[at];
    if (c == quote || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (bytes == 1 && (static_cast<uint8_t>(c) < 0x20 || static_cast<uint8_t>(c) >= 0x7F)) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<uint8_t>(c));
    } else {
      out += text.substr(at, bytes);
    }
    at += bytes;
  }
  return out + quote;
}

Status print_list(const List& list, std::string& out, Budget& budget) {
  out += list.is_tuple ? '(' : '[';
  for (size_t i = 0; i < list.items.size(); ++i) {
    if (i > 0) out += ", ";
    TENON_TRY(print_repr(list.items[i], out, budget));
  }
  if (list.is_tuple && list.items.size() == 1) out += ',';
  out += list.is_tuple ? ')' : ']';
  return {};
}

Status print_dict(const Dict& dict, std::string& out, Budget& budget) {
  out += '{';
  for (size_t i = 0; i < dict.entries.size(); ++i) {
    if (i > 0) out += ", ";
    TENON_TRY(print_repr(dict.entries[i].first, out, budget));
    out += ": ";
    TENON_TRY(print_repr(dict.entries[i].second, out, budget));
  }
  out += '}';
  return {};
}

}  // namespace

std::string real_text(double value) {
  if (std::isnan(value)) return "nan";
  const std::string sign = std::signbit(value) ? "-" : "";
  if (std::isinf(value)) return sign + "inf";
  auto [digits, exponent] = shortest(value);
  if (exponent < -4 || exponent >= 16) {
    const std::string tail = digits.size() > 1 ? "." + digits.substr(1) : "";
    return fmt::format("{}{}{}e{}{:02}", sign, digits[0], tail, exponent < 0 ? '-' : '+',
                       std::abs(exponent));
  }
  if (exponent < 0)
    return sign + "0." + std::string(static_cast<size_t>(-exponent - 1), '0') + digits;
  const auto whole = static_cast<size_t>(exponent) + 1;
  if (digits.size() <= whole) return sign + digits + std::string(whole - digits.size(), '0') + ".0";
  return sign + digits.substr(0, whole) + "." + digits.substr(whole);
}

Status print(const Value& value, std::string& out, Budget& budget) {
  if (value.is(Kind::text)) return append(value.text, out, budget);
  if (value.is(Kind::undefined)) return {};
  return print_repr(value, out, budget);
}

Status print_repr(const Value& value, std::string& out, Budget& budget) {
  switch (value.kind) {
    case Kind::undefined:
      return append("Undefined", out, budget);
    case Kind::none:
      return append("None", out, budget);
    case Kind::boolean:
      return append(value.boolean ? "True" : "False", out, budget);
    case Kind::integer:
      return append(fmt::format("{}", value.integer), out, budget);
    case Kind::real:
      return append(real_text(value.real), out, budget);
    case Kind::text:
      if (!budget.spend(static_cast<int64_t>(value.text.size() / 16))) return budget.status();
      return append(quoted(value.text), out, budget);
    case Kind::list:
    case Kind::tuple:
      if (!budget.spend(1)) return budget.status();
      return print_list(*value.list, out, budget);
    case Kind::dict:
      if (!budget.spend(1)) return budget.status();
      return print_dict(*value.dict, out, budget);
    default:
      return append(fmt::format("<{}>", type_name(value)), out, budget);
  }
}

}  // namespace tenon::text::jinja
