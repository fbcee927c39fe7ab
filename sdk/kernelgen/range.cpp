// SPDX-License-Identifier: Apache-2.0
#include "range.h"

#include <algorithm>

namespace tenon::kir {
namespace {

// Wide enough for every sum and product of two 64-bit numbers.
__extension__ typedef __int128 Wide;

struct WideRange {
  Wide low;
  Wide high;
};

WideRange product(Range a, Range b) {
  const Wide corners[] = {Wide{a.low} * b.low, Wide{a.low} * b.high, Wide{a.high} * b.low,
                          Wide{a.high} * b.high};
  WideRange range = {corners[0], corners[0]};
  for (const Wide corner : corners) {
    range.low = corner < range.low ? corner : range.low;
    range.high = corner > range.high ? corner : range.high;
  }
  return range;
}

int64_t floor_div(int64_t a, int64_t b) {
  const int64_t quotient = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

// Divisors above zero only.
Range quotient(uint16_t op, Range a, Range b) {
  const auto divide = [&](int64_t x, int64_t y) {
    return op == TENON_EXPR_DIV ? x / y : floor_div(x, y);
  };
  const int64_t low = std::min(divide(a.low, b.low), divide(a.low, b.high));
  const int64_t high = std::max(divide(a.high, b.low), divide(a.high, b.high));
  return {low, high};
}

Range exact(uint16_t op, Type type, Range a, Range b, Range c) {
  const Range all = whole(type);
  WideRange wide = {all.low, all.high};
  switch (op) {
    case TENON_EXPR_ADD:
      wide = {Wide{a.low} + b.low, Wide{a.high} + b.high};
      break;
    case TENON_EXPR_SUB:
      wide = {Wide{a.low} - b.high, Wide{a.high} - b.low};
      break;
    case TENON_EXPR_MUL:
      wide = product(a, b);
      break;
    case TENON_EXPR_NEG:
      wide = {-Wide{a.high}, -Wide{a.low}};
      break;
    case TENON_EXPR_ABS:
      if (a.low >= 0) return a;
      wide = {0, std::max(-Wide{a.low}, Wide{a.high})};
      break;
    case TENON_EXPR_MIN:
      return {std::min(a.low, b.low), std::min(a.high, b.high)};
    case TENON_EXPR_MAX:
      return {std::max(a.low, b.low), std::max(a.high, b.high)};
    case TENON_EXPR_SELECT:
      return {std::min(b.low, c.low), std::max(b.high, c.high)};
    case TENON_EXPR_DIV:
    case TENON_EXPR_FLOORDIV:
      if (b.low > 0) return quotient(op, a, b);
      break;
    case TENON_EXPR_MOD:
      if (b.low > 0) return {0, a.low >= 0 ? std::min(a.high, b.high - 1) : b.high - 1};
      break;
    case TENON_EXPR_REM:
      if (b.low > 0)
        return {a.low >= 0 ? 0 : 1 - b.high,
                a.low >= 0 ? std::min(a.high, b.high - 1) : b.high - 1};
      break;
    case TENON_EXPR_AND:
      if (b.low >= 0) return {0, b.high};
      break;
    case TENON_EXPR_FLOOR:
    case TENON_EXPR_CEIL:
    case TENON_EXPR_ROUND:
    case TENON_EXPR_TRUNC:
      return a;
    default:
      break;
  }
  if (wide.low < all.low || wide.high > all.high) return all;
  return {static_cast<int64_t>(wide.low), static_cast<int64_t>(wide.high)};
}

}  // namespace

Range whole(Type type) {
  switch (type) {
    case Type::boolean:
      return {0, 1};
    case Type::i32:
      return {INT32_MIN, INT32_MAX};
    case Type::u32:
      return {0, UINT32_MAX};
    default:
      return {};
  }
}

Range range_of(uint16_t op, Type type, Range a, Range b, Range c) {
  // Unsigned 64-bit numbers beyond the signed range would be read wrongly.
  if (is_float(type) || type == Type::u64) return {};
  return exact(op, type, a, b, c);
}

}  // namespace tenon::kir
