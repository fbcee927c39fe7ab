// SPDX-License-Identifier: Apache-2.0
#include "jinja/interpreter.h"

#include <cmath>
#include <limits>

namespace tenon::text::jinja {

namespace {

std::string_view sign_text(Operator sign) {
  static constexpr std::string_view signs[] = {"+",  "-",  "*", "/",  "//", "%",  "**", "~",
                                               "==", "!=", "<", "<=", ">",  ">=", "in", "not in"};
  return signs[static_cast<size_t>(sign)];
}

Status no_operands(Operator sign, const Value& left, const Value& right) {
  if (left.is(Kind::undefined)) return invalid("{}", left.text);
  if (right.is(Kind::undefined)) return invalid("{}", right.text);
  if (sign == Operator::add && (left.is(Kind::text) || left.is_sequence())) {
    return invalid("can only concatenate {0} (not \"{1}\") to {0}", type_name(left),
                   type_name(right));
  }
  return invalid("unsupported operand type(s) for {}: '{}' and '{}'", sign_text(sign),
                 type_name(left), type_name(right));
}

Status overflow(Operator sign) {
  return unsupported("the result of \"{}\" is no number of 64 bits", sign_text(sign));
}

Result<Value> integer_power(int64_t base, int64_t exponent) {
  if (exponent < 0) {
    if (base == 0) return invalid("0.0 cannot be raised to a negative power");
    return Value::of(std::pow(static_cast<double>(base), static_cast<double>(exponent)));
  }
  if (exponent > 64 && (base < -1 || base > 1)) return overflow(Operator::power);
  if (exponent > 64) exponent = 64 + exponent % 2;
  int64_t result = 1;
  for (int64_t i = 0; i < exponent; ++i) {
    if (__builtin_mul_overflow(result, base, &result)) return overflow(Operator::power);
  }
  return Value::of(result);
}

// Rounds towards minus infinity, as Python does.
Result<Value> integer_division(Operator sign, int64_t left, int64_t right) {
  if (right == 0) return invalid("integer division or modulo by zero");
  if (left == std::numeric_limits<int64_t>::min() && right == -1) {
    return sign == Operator::modulo ? Result<Value>(Value::of(int64_t{0})) : overflow(sign);
  }
  const int64_t rest = left % right;
  const bool corrects = rest != 0 && (rest < 0) != (right < 0);
  if (sign == Operator::modulo) return Value::of(corrects ? rest + right : rest);
  return Value::of(left / right - (corrects ? 1 : 0));
}

Result<Value> with_integers(Operator sign, int64_t left, int64_t right) {
  int64_t result = 0;
  bool overflows = false;
  switch (sign) {
    case Operator::add:
      overflows = __builtin_add_overflow(left, right, &result);
      break;
    case Operator::subtract:
      overflows = __builtin_sub_overflow(left, right, &result);
      break;
    case Operator::multiply:
      overflows = __builtin_mul_overflow(left, right, &result);
      break;
    case Operator::divide:
      if (right == 0) return invalid("division by zero");
      return Value::of(static_cast<double>(left) / static_cast<double>(right));
    case Operator::power:
      return integer_power(left, right);
    default:
      return integer_division(sign, left, right);
  }
  if (overflows) return overflow(sign);
  return Value::of(result);
}

Result<Value> with_reals(Operator sign, double left, double right) {
  switch (sign) {
    case Operator::add:
      return Value::of(left + right);
    case Operator::subtract:
      return Value::of(left - right);
    case Operator::multiply:
      return Value::of(left * right);
    case Operator::power:
      return Value::of(std::pow(left, right));
    default:
      break;
  }
  if (right == 0) return invalid("float division by zero");
  if (sign == Operator::divide) return Value::of(left / right);
  if (sign == Operator::divide_whole) return Value::of(std::floor(left / right));
  const double rest = std::fmod(left, right);
  return Value::of(rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest);
}

Result<Value> sum(Interpreter& run, const Value& left, const Value& right) {
  if (left.kind != right.kind) return no_operands(Operator::add, left, right);
  if (left.is(Kind::text)) {
    if (right.text.empty()) return left;
    if (left.text.empty()) return right;
    std::string joined(left.text);
    joined += right.text;
    return run.text(std::move(joined));
  }
  if (!left.is_sequence()) return no_operands(Operator::add, left, right);
  std::vector<Value> joined = left.list->items;
  joined.insert(joined.end(), right.list->items.begin(), right.list->items.end());
  return left.is(Kind::list) ? run.list(std::move(joined)) : run.tuple(std::move(joined));
}

// text * n, list * n
Result<Value> repeated(Interpreter& run, const Value& value, int64_t count) {
  const size_t size = value.is(Kind::text) ? value.text.size() : value.list->items.size();
  constexpr int64_t most = 1'000'000;
  if (count > 0 && size > 0 && count > most / static_cast<int64_t>(size)) {
    return unsupported("a repetition of more than {} elements", most);
  }
  std::string text;
  std::vector<Value> items;
  for (int64_t i = 0; i < count && size > 0; ++i) {
    if (value.is(Kind::text)) {
      text += value.text;
    } else {
      items.insert(items.end(), value.list->items.begin(), value.list->items.end());
    }
  }
  if (value.is(Kind::text)) return run.text(std::move(text));
  return value.is(Kind::list) ? run.list(std::move(items)) : run.tuple(std::move(items));
}

bool repeats(const Value& value, const Value& count) {
  return (value.is(Kind::text) || value.is_sequence()) && count.is_integral();
}

Result<Value> concatenation(Interpreter& run, const Value& left, const Value& right) {
  TENON_TRY_ASSIGN(const std::string_view first, run.str(left));
  TENON_TRY_ASSIGN(const std::string_view second, run.str(right));
  return run.text(std::string(first) + std::string(second));
}

Result<bool> contains(Interpreter& run, const Value& container, const Value& item) {
  switch (container.kind) {
    case Kind::undefined:
      return false;
    case Kind::text:
      if (!item.is(Kind::text)) {
        return invalid("'in <string>' requires string as left operand, not {}", type_name(item));
      }
      TENON_TRY(run.spend(static_cast<int64_t>(container.text.size() / 16)));
      return container.text.find(item.text) != container.text.npos;
    case Kind::dict: {
      const bool found = find(*container.dict, item, run.budget()) != nullptr;
      TENON_TRY(run.budget().status());
      return found;
    }
    case Kind::list:
    case Kind::tuple:
      for (const Value& element : container.list->items) {
        if (equal(element, item, run.budget())) return true;
      }
      TENON_TRY(run.budget().status());
      return false;
    default:
      return invalid("argument of type '{}' is not iterable", type_name(container));
  }
}

}  // namespace

Result<Value> operate(Interpreter& run, Operator sign, const Value& left, const Value& right) {
  if (sign == Operator::concatenate) return concatenation(run, left, right);
  if (left.is_integral() && right.is_integral()) {
    return with_integers(sign, left.whole(), right.whole());
  }
  if (left.is_number() && right.is_number()) {
    return with_reals(sign, left.number(), right.number());
  }
  if (sign == Operator::add) return sum(run, left, right);
  if (sign == Operator::multiply && repeats(left, right)) {
    return repeated(run, left, right.whole());
  }
  if (sign == Operator::multiply && repeats(right, left)) {
    return repeated(run, right, left.whole());
  }
  if (sign == Operator::modulo && left.is(Kind::text)) {
    const std::vector<Value> one = {right};
    return format_percent(run, left.text, right.is(Kind::tuple) ? right.list->items : one);
  }
  return no_operands(sign, left, right);
}

Result<bool> holds(Interpreter& run, Operator sign, const Value& left, const Value& right) {
  switch (sign) {
    case Operator::in:
      return contains(run, right, left);
    case Operator::not_in: {
      TENON_TRY_ASSIGN(const bool found, contains(run, right, left));
      return !found;
    }
    case Operator::equal:
    case Operator::not_equal: {
      const bool same = equal(left, right, run.budget());
      TENON_TRY(run.budget().status());
      return same == (sign == Operator::equal);
    }
    default:
      break;
  }
  TENON_TRY_ASSIGN(const int order, compare(left, right, sign_text(sign), run.budget()));
  if (left.is_number() && (std::isnan(left.number()) || std::isnan(right.number()))) return false;
  switch (sign) {
    case Operator::less:
      return order < 0;
    case Operator::less_equal:
      return order <= 0;
    case Operator::greater:
      return order > 0;
    default:
      return order >= 0;
  }
}

}  // namespace tenon::text::jinja
