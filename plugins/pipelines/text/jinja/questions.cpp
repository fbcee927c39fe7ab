// SPDX-License-Identifier: Apache-2.0
#include "jinja/library.h"
#include "jinja/utf8.h"

#include <algorithm>

namespace tenon::text::jinja {

namespace {

template <Kind... kinds>
Result<bool> is_kind(Interpreter&, const Value& value, const Arguments&) {
  return ((value.kind == kinds) || ...);
}

Result<bool> is_defined(Interpreter&, const Value& value, const Arguments&) {
  return !value.is(Kind::undefined);
}

Result<bool> is_number(Interpreter&, const Value& value, const Arguments&) {
  return value.is_number();
}

template <bool wanted>
Result<bool> is_flag(Interpreter&, const Value& value, const Arguments&) {
  return value.is(Kind::boolean) && value.boolean == wanted;
}

Result<bool> is_iterable(Interpreter&, const Value& value, const Arguments&) {
  return value.is(Kind::text) || value.is_sequence() || value.is(Kind::dict) ||
         value.is(Kind::undefined) || value.is(Kind::loop);
}

Result<bool> is_sequence(Interpreter&, const Value& value, const Arguments&) {
  return value.is(Kind::text) || value.is_sequence() || value.is(Kind::dict) ||
         value.is(Kind::undefined);
}

Result<bool> is_callable(Interpreter&, const Value& value, const Arguments&) {
  return value.is(Kind::macro) || value.is(Kind::method) || value.is(Kind::function) ||
         value.is(Kind::joiner) || value.is(Kind::loop);
}

Result<int64_t> rest_of(Interpreter& run, const Value& value, const Value& divisor) {
  TENON_TRY_ASSIGN(const Value rest, operate(run, Operator::modulo, value, divisor));
  if (!rest.is_number()) return invalid("expected a number, found {}", type_name(value));
  return rest.is(Kind::real) ? (rest.real != 0) : rest.whole();
}

template <bool odd>
Result<bool> is_odd(Interpreter& run, const Value& value, const Arguments&) {
  TENON_TRY_ASSIGN(const int64_t rest, rest_of(run, value, Value::of(int64_t{2})));
  return (rest != 0) == odd;
}

Result<bool> divides(Interpreter& run, const Value& value, const Arguments& arguments) {
  const Value* divisor = arguments.find(0, "num");
  if (divisor == nullptr) return invalid("divisibleby: expected a number");
  TENON_TRY_ASSIGN(const int64_t rest, rest_of(run, value, *divisor));
  return rest == 0;
}

template <Operator sign>
Result<bool> compares(Interpreter& run, const Value& value, const Arguments& arguments) {
  if (arguments.positional.empty()) return invalid("a test that compares wants a value");
  return holds(run, sign, value, arguments.positional[0]);
}

Result<bool> is_same(Interpreter& run, const Value& value, const Arguments& arguments) {
  if (arguments.positional.empty()) return invalid("sameas: expected a value");
  const Value& other = arguments.positional[0];
  return value.kind == other.kind && equal(value, other, run.budget());
}

template <bool upper>
Result<bool> is_cased(Interpreter& run, const Value& value, const Arguments&) {
  TENON_TRY_ASSIGN(const std::string_view text, run.str(value));
  TENON_TRY_ASSIGN(const Value changed, cased(run, text, upper ? Letters::upper : Letters::lower));
  TENON_TRY_ASSIGN(const Value other, cased(run, text, upper ? Letters::lower : Letters::upper));
  return changed.text == text && other.text != text;
}

Result<bool> is_filter(Interpreter&, const Value& value, const Arguments&) {
  const auto has = [&](std::span<const Filter> table) {
    return value.is(Kind::text) &&
           std::ranges::find(table, value.text, &Filter::name) != table.end();
  };
  return has(text_filters()) || has(list_filters()) || has(value_filters());
}

Result<bool> is_test(Interpreter&, const Value& value, const Arguments&) {
  const auto table = tests();
  return value.is(Kind::text) && std::ranges::find(table, value.text, &Test::name) != table.end();
}

constexpr Test table[] = {
    {"defined", is_defined},
    {"undefined", is_kind<Kind::undefined>},
    {"none", is_kind<Kind::none>},
    {"string", is_kind<Kind::text>},
    {"mapping", is_kind<Kind::dict>},
    {"boolean", is_kind<Kind::boolean>},
    {"integer", is_kind<Kind::integer>},
    {"float", is_kind<Kind::real>},
    {"number", is_number},
    {"true", is_flag<true>},
    {"false", is_flag<false>},
    {"iterable", is_iterable},
    {"sequence", is_sequence},
    {"callable", is_callable},
    {"odd", is_odd<true>},
    {"even", is_odd<false>},
    {"divisibleby", divides},
    {"equalto", compares<Operator::equal>},
    {"eq", compares<Operator::equal>},
    {"ne", compares<Operator::not_equal>},
    {"lt", compares<Operator::less>},
    {"lessthan", compares<Operator::less>},
    {"le", compares<Operator::less_equal>},
    {"gt", compares<Operator::greater>},
    {"greaterthan", compares<Operator::greater>},
    {"ge", compares<Operator::greater_equal>},
    {"in", compares<Operator::in>},
    {"==", compares<Operator::equal>},
    {"!=", compares<Operator::not_equal>},
    {"<", compares<Operator::less>},
    {"<=", compares<Operator::less_equal>},
    {">", compares<Operator::greater>},
    {">=", compares<Operator::greater_equal>},
    {"sameas", is_same},
    {"upper", is_cased<true>},
    {"lower", is_cased<false>},
    {"filter", is_filter},
    {"test", is_test},
};

}  // namespace

std::span<const Test> tests() { return table; }

}  // namespace tenon::text::jinja
