// SPDX-License-Identifier: Apache-2.0
#include "jinja/library.h"
#include "jinja/utf8.h"

#include <algorithm>

namespace tenon::text::jinja {

namespace {

std::optional<std::string_view> optional_text(const Arguments& arguments, size_t place,
                                              std::string_view name) {
  const Value* value = arguments.find(place, name);
  if (value == nullptr || !value->is(Kind::text)) return std::nullopt;
  return value->text;
}

Result<std::string_view> needed_text(const Arguments& arguments, std::string_view method) {
  if (arguments.positional.empty() || !arguments.positional[0].is(Kind::text)) {
    return invalid("{}(): expected a text", method);
  }
  return arguments.positional[0].text;
}

Result<Value> list_of(Interpreter& run, const std::vector<std::string_view>& parts) {
  std::vector<Value> items;
  items.reserve(parts.size());
  for (const std::string_view part : parts) items.push_back(Value::of(part));
  return run.list(std::move(items));
}

Result<Value> split_text(Interpreter& run, const Value& self, const Arguments& arguments) {
  const auto separator = optional_text(arguments, 0, "sep");
  if (separator && separator->empty()) return invalid("empty separator");
  TENON_TRY_ASSIGN(const int64_t most, integer_argument(arguments, 1, "maxsplit", -1));
  TENON_TRY(run.spend(static_cast<int64_t>(self.text.size() / 4)));
  return list_of(run, split(self.text, separator, most));
}

Result<Value> split_right(Interpreter& run, const Value& self, const Arguments& arguments) {
  const auto separator = optional_text(arguments, 0, "sep");
  if (separator && separator->empty()) return invalid("empty separator");
  TENON_TRY_ASSIGN(const int64_t most, integer_argument(arguments, 1, "maxsplit", -1));
  TENON_TRY(run.spend(static_cast<int64_t>(self.text.size() / 4)));
  if (!separator || most < 0) return list_of(run, split(self.text, separator, -1));
  std::vector<std::string_view> parts;
  std::string_view text = self.text;
  while (static_cast<int64_t>(parts.size()) < most) {
    const size_t at = text.rfind(*separator);
    if (at == text.npos) break;
    parts.push_back(text.substr(at + separator->size()));
    text = text.substr(0, at);
  }
  parts.push_back(text);
  std::ranges::reverse(parts);
  return list_of(run, parts);
}

Result<Value> split_lines(Interpreter& run, const Value& self, const Arguments&) {
  TENON_TRY(run.spend(static_cast<int64_t>(self.text.size() / 4)));
  std::vector<std::string_view> parts = split(self.text, "\n", -1);
  if (!parts.empty() && parts.back().empty()) parts.pop_back();
  for (std::string_view& part : parts) {
    if (part.ends_with('\r')) part.remove_suffix(1);
  }
  return list_of(run, parts);
}

template <Sides sides>
Result<Value> strip_text(Interpreter& run, const Value& self, const Arguments& arguments) {
  const auto set = optional_text(arguments, 0, "chars");
  const size_t cost = set ? self.text.size() * (1 + set->size() / 8) : self.text.size() / 16;
  TENON_TRY(run.spend(static_cast<int64_t>(cost)));
  return Value::of(stripped(self.text, set, sides));
}

// startswith, endswith: a text or a tuple of texts.
template <bool at_end>
Result<Value> borders(Interpreter&, const Value& self, const Arguments& arguments) {
  if (arguments.positional.empty()) return invalid("expected a text or a tuple of texts");
  const Value& given = arguments.positional[0];
  if (!given.is(Kind::text) && !given.is(Kind::tuple)) {
    return invalid("first arg must be str or a tuple of str, not {}", type_name(given));
  }
  const auto fits = [&](const Value& part) {
    if (!part.is(Kind::text)) return false;
    return at_end ? self.text.ends_with(part.text) : self.text.starts_with(part.text);
  };
  if (given.is(Kind::text)) return Value::of(fits(given));
  return Value::of(std::ranges::any_of(given.list->items, fits));
}

Result<Value> replace(Interpreter& run, const Value& self, const Arguments& arguments) {
  const auto from = optional_text(arguments, 0, "old");
  const auto to = optional_text(arguments, 1, "new");
  if (!from || !to) return invalid("replace(): expected two texts");
  TENON_TRY_ASSIGN(const int64_t most, integer_argument(arguments, 2, "count", -1));
  return replaced(run, self.text, *from, *to, most);
}

Result<Value> join(Interpreter& run, const Value& self, const Arguments& arguments) {
  if (arguments.positional.empty()) return invalid("join(): expected a list");
  TENON_TRY_ASSIGN(const std::vector<Value> items, run.items(arguments.positional[0]));
  std::string made;
  for (size_t i = 0; i < items.size(); ++i) {
    if (!items[i].is(Kind::text)) {
      return invalid("sequence item {}: expected str instance, {} found", i, type_name(items[i]));
    }
    if (i > 0) made += self.text;
    made += items[i].text;
    if (!run.budget().allocate(static_cast<int64_t>(items[i].text.size() + self.text.size()))) {
      return run.budget().status();
    }
  }
  return run.text(std::move(made));
}

template <Letters letters>
Result<Value> with_letters(Interpreter& run, const Value& self, const Arguments&) {
  return cased(run, self.text, letters);
}

Result<size_t> found_at(Interpreter& run, const Value& self, const Arguments& arguments,
                        bool last) {
  TENON_TRY_ASSIGN(const std::string_view part, needed_text(arguments, "find"));
  TENON_TRY(run.spend(static_cast<int64_t>(self.text.size() / 8)));
  return last ? self.text.rfind(part) : self.text.find(part);
}

template <bool last, bool must>
Result<Value> find_text(Interpreter& run, const Value& self, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const size_t at, found_at(run, self, arguments, last));
  if (at == self.text.npos) {
    if (must) return invalid("substring not found");
    return Value::of(int64_t{-1});
  }
  return Value::of(static_cast<int64_t>(character_count(self.text.substr(0, at))));
}

Result<Value> count(Interpreter& run, const Value& self, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const std::string_view part, needed_text(arguments, "count"));
  TENON_TRY(run.spend(static_cast<int64_t>(self.text.size() / 4)));
  if (part.empty()) return Value::of(static_cast<int64_t>(character_count(self.text)) + 1);
  return Value::of(static_cast<int64_t>(split(self.text, part, -1).size()) - 1);
}

template <bool at_end>
Result<Value> remove_border(Interpreter&, const Value& self, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const std::string_view part, needed_text(arguments, "removeprefix"));
  std::string_view text = self.text;
  if (at_end && text.ends_with(part)) text.remove_suffix(part.size());
  if (!at_end && text.starts_with(part)) text.remove_prefix(part.size());
  return Value::of(text);
}

template <bool last>
Result<Value> partition(Interpreter& run, const Value& self, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const std::string_view part, needed_text(arguments, "partition"));
  if (part.empty()) return invalid("empty separator");
  TENON_TRY_ASSIGN(const size_t at, found_at(run, self, arguments, last));
  const Value none = Value::of(std::string_view());
  if (at == self.text.npos) {
    return last ? run.tuple({none, none, self}) : run.tuple({self, none, none});
  }
  return run.tuple({Value::of(self.text.substr(0, at)), Value::of(part),
                    Value::of(self.text.substr(at + part.size()))});
}

enum class Class : uint8_t { digit, letter, either, space, upper, lower };

bool belongs(uint32_t code, Class wanted) {
  const bool digit = code >= '0' && code <= '9';
  const bool upper = to_lower(code) != code;
  const bool lower = to_upper(code) != code;
  switch (wanted) {
    case Class::digit:
      return digit;
    case Class::letter:
      return upper || lower || code >= 0x2E80;
    case Class::either:
      return digit || upper || lower || code >= 0x2E80;
    case Class::space:
      return is_space(code);
    case Class::upper:
      return !lower;
    case Class::lower:
      return !upper;
  }
  return false;
}

template <Class wanted>
Result<Value> all_are(Interpreter& run, const Value& self, const Arguments&) {
  TENON_TRY(run.spend(static_cast<int64_t>(self.text.size() / 8)));
  bool has_letter = wanted != Class::upper && wanted != Class::lower;
  for (size_t at = 0; at < self.text.size(); at += character_bytes(self.text, at)) {
    const uint32_t code = code_point(self.text, at);
    if (!belongs(code, wanted)) return Value::of(false);
    has_letter = has_letter || to_upper(code) != code || to_lower(code) != code;
  }
  return Value::of(!self.text.empty() && has_letter);
}

Result<Value> pad(Interpreter& run, const Value& self, const Arguments& arguments, bool left,
                  char otherwise) {
  TENON_TRY_ASSIGN(const int64_t width, integer_argument(arguments, 0, "width", 0));
  if (width > 1000) return unsupported("a width of {}, at most 1000", width);
  TENON_TRY_ASSIGN(const std::string_view given,
                   text_argument(run, arguments, 1, "fill", std::string_view(&otherwise, 1)));
  const auto missing = width - static_cast<int64_t>(character_count(self.text));
  std::string fill;
  for (int64_t i = 0; i < missing; ++i) fill += given;
  const std::string text(self.text);
  if (!left) return run.text(text + fill);
  const bool signed_number = otherwise == '0' && (text.starts_with('-') || text.starts_with('+'));
  return run.text(signed_number ? text.substr(0, 1) + fill + text.substr(1) : fill + text);
}

Result<Value> pad_zero(Interpreter& run, const Value& self, const Arguments& arguments) {
  return pad(run, self, arguments, true, '0');
}

template <bool left>
Result<Value> justify(Interpreter& run, const Value& self, const Arguments& arguments) {
  return pad(run, self, arguments, left, ' ');
}

// "{} {0} {name}".format(...), without format specifications.
Result<Value> format(Interpreter& run, const Value& self, const Arguments& arguments) {
  std::string made;
  const std::string_view text = self.text;
  size_t next = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if ((c == '{' || c == '}') && at + 1 < text.size() && text[at + 1] == c) {
      made += c;
      ++at;
      continue;
    }
    if (c != '{') {
      made += c;
      continue;
    }
    const size_t end = text.find('}', at);
    if (end == text.npos) return invalid("Single '{{' encountered in format string");
    const std::string_view field = text.substr(at + 1, end - at - 1);
    const bool is_place = !field.empty() && field.size() < 6 &&
                          std::ranges::all_of(field, [](char d) { return d >= '0' && d <= '9'; });
    size_t place = next;
    if (is_place) place = std::stoul(std::string(field));
    if (field.empty()) ++next;
    const size_t nowhere = arguments.positional.size();
    const Value* value = arguments.find(is_place || field.empty() ? place : nowhere, field);
    if (value == nullptr) return invalid("format(): there is nothing for \"{{{}}}\"", field);
    TENON_TRY_ASSIGN(const std::string_view part, run.str(*value));
    if (!run.budget().allocate(static_cast<int64_t>(part.size()))) return run.budget().status();
    made += part;
    at = end;
  }
  return run.text(std::move(made));
}

constexpr NamedMethod table[] = {
    {"split", split_text},
    {"rsplit", split_right},
    {"splitlines", split_lines},
    {"strip", strip_text<Sides::both>},
    {"lstrip", strip_text<Sides::left>},
    {"rstrip", strip_text<Sides::right>},
    {"startswith", borders<false>},
    {"endswith", borders<true>},
    {"replace", replace},
    {"join", join},
    {"upper", with_letters<Letters::upper>},
    {"lower", with_letters<Letters::lower>},
    {"casefold", with_letters<Letters::lower>},
    {"capitalize", with_letters<Letters::capitalized>},
    {"title", with_letters<Letters::title>},
    {"swapcase", with_letters<Letters::swapped>},
    {"find", find_text<false, false>},
    {"rfind", find_text<true, false>},
    {"index", find_text<false, true>},
    {"rindex", find_text<true, true>},
    {"count", count},
    {"removeprefix", remove_border<false>},
    {"removesuffix", remove_border<true>},
    {"partition", partition<false>},
    {"rpartition", partition<true>},
    {"isdigit", all_are<Class::digit>},
    {"isdecimal", all_are<Class::digit>},
    {"isnumeric", all_are<Class::digit>},
    {"isalpha", all_are<Class::letter>},
    {"isalnum", all_are<Class::either>},
    {"isspace", all_are<Class::space>},
    {"isupper", all_are<Class::upper>},
    {"islower", all_are<Class::lower>},
    {"zfill", pad_zero},
    {"rjust", justify<true>},
    {"ljust", justify<false>},
    {"format", format},
};

}  // namespace

std::span<const NamedMethod> text_methods() { return table; }

}  // namespace tenon::text::jinja
