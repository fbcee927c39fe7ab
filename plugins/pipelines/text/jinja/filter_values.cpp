// SPDX-License-Identifier: Apache-2.0
#include "jinja/library.h"
#include "jinja/print.h"
#include "jinja/utf8.h"

#include <charconv>
#include <cmath>

namespace tenon::text::jinja {

namespace {

Result<Value> otherwise(Interpreter&, const Value& value, const Arguments& arguments) {
  const bool any_false = flag_argument(arguments, 1, "boolean", false);
  if (!value.is(Kind::undefined) && (!any_false || truth(value))) return value;
  const Value* given = arguments.find(0, "default_value");
  return given == nullptr ? Value::of(std::string_view()) : *given;
}

std::optional<double> parse_real(std::string_view text) {
  text = strip(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size() || text.empty()) return {};
  return number;
}

std::optional<int64_t> parse_integer(std::string_view text, int base) {
  text = strip(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  if (base == 16 && (text.starts_with("0x") || text.starts_with("0X"))) text.remove_prefix(2);
  int64_t number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size() || text.empty()) return {};
  return number;
}

std::optional<int64_t> whole_of(double number) {
  if (!(std::abs(number) < 9.2e18)) return std::nullopt;
  return static_cast<int64_t>(number);
}

Result<Value> integer(Interpreter&, const Value& value, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const int64_t base, integer_argument(arguments, 1, "base", 10));
  if (base < 2 || base > 36) return invalid("int: base {}, expected 2 to 36", base);
  if (value.is(Kind::undefined)) return invalid("{}", value.text);
  std::optional<int64_t> number;
  if (value.is_integral()) number = value.whole();
  if (value.is(Kind::real)) number = whole_of(value.real);
  if (value.is(Kind::text)) {
    number = parse_integer(value.text, static_cast<int>(base));
    if (const auto real = parse_real(value.text); !number && real) number = whole_of(*real);
  }
  if (number) return Value::of(*number);
  const Value* given = arguments.find(0, "default");
  return given == nullptr ? Value::of(int64_t{0}) : *given;
}

Result<Value> real(Interpreter&, const Value& value, const Arguments& arguments) {
  if (value.is(Kind::undefined)) return invalid("{}", value.text);
  std::optional<double> number;
  if (value.is_number()) number = value.number();
  if (value.is(Kind::text)) number = parse_real(value.text);
  if (number) return Value::of(*number);
  const Value* given = arguments.find(0, "default");
  return given == nullptr ? Value::of(0.0) : *given;
}

Result<Value> absolute(Interpreter& run, const Value& value, const Arguments&) {
  if (value.is(Kind::real)) return Value::of(std::abs(value.real));
  if (value.is_integral()) {
    if (value.whole() >= 0) return Value::of(value.whole());
    return operate(run, Operator::subtract, Value::of(int64_t{0}), value);
  }
  if (value.is(Kind::undefined)) return invalid("{}", value.text);
  return invalid("bad operand type for abs(): '{}'", type_name(value));
}

// The nearest decimal of that many places; halves that are exact go to the even digit.
double rounded(double number, int precision) {
  if (precision < 0) {
    const double scale = std::pow(10.0, -precision);
    return std::nearbyint(number / scale) * scale;
  }
  const std::string digits = fmt::format("{:.{}f}", number, precision);
  double made = number;
  std::from_chars(digits.data(), digits.data() + digits.size(), made);
  return made;
}

Result<Value> round(Interpreter& run, const Value& value, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const int64_t precision, integer_argument(arguments, 0, "precision", 0));
  TENON_TRY_ASSIGN(const std::string_view method,
                   text_argument(run, arguments, 1, "method", "common"));
  if (!value.is_number()) return invalid("round: expected a number, found {}", type_name(value));
  if (precision < -300 || precision > 300) return invalid("round: precision {}", precision);
  if (value.is_integral() && method == "common" && precision >= 0) return Value::of(value.whole());
  const double number = value.number();
  if (method == "common") return Value::of(rounded(number, static_cast<int>(precision)));
  const double scale = std::pow(10.0, static_cast<double>(precision));
  const double made =
      (method == "ceil" ? std::ceil(number * scale) : std::floor(number * scale)) / scale;
  return Value::of(std::isfinite(made) ? made : number);
}

Result<JsonStyle> json_style(const Arguments& arguments) {
  JsonStyle style;
  TENON_TRY_ASSIGN(const int64_t indent, integer_argument(arguments, 0, "indent", -1));
  if (indent > 32) return unsupported("tojson: indent {}, at most 32", indent);
  style.indent = indent < 0 ? -1 : static_cast<int>(indent);
  constexpr size_t by_name_only = 100;
  style.ascii = flag_argument(arguments, by_name_only, "ensure_ascii", false);
  style.sort_keys = flag_argument(arguments, by_name_only, "sort_keys", false);
  const Value* separators = arguments.find(by_name_only, "separators");
  if (separators == nullptr || separators->is(Kind::none)) return style;
  if (!separators->is_sequence() || separators->list->items.size() != 2) {
    return invalid("tojson: separators must be two texts");
  }
  style.item_separator = separators->list->items[0].text;
  style.key_separator = separators->list->items[1].text;
  return style;
}

Result<Value> to_json(Interpreter& run, const Value& value, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const JsonStyle style, json_style(arguments));
  std::string made;
  TENON_TRY(print_json(value, style, made, run.budget()));
  return run.text(std::move(made));
}

Result<Value> of_json(Interpreter& run, const Value& value, const Arguments&) {
  TENON_TRY_ASSIGN(const std::string_view text, run.str(value));
  if (!run.budget().allocate(static_cast<int64_t>(text.size()) * 32)) {
    return run.budget().status();
  }
  TENON_TRY_ASSIGN(const Json json, parse_json(text, {.depth = most_nesting - 1}));
  return from_json(json, Texts::keep, run.store());
}

Result<Value> attribute(Interpreter& run, const Value& value, const Arguments& arguments) {
  TENON_TRY_ASSIGN(const std::string_view name, text_argument(run, arguments, 0, "name", ""));
  return run.attribute(value, name);
}

constexpr Filter table[] = {
    {"default", otherwise}, {"d", otherwise},    {"int", integer},    {"float", real},
    {"abs", absolute},      {"round", round},    {"tojson", to_json}, {"from_json", of_json},
    {"fromjson", of_json},  {"attr", attribute},
};

}  // namespace

std::span<const Filter> value_filters() { return table; }

}  // namespace tenon::text::jinja
