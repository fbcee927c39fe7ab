// SPDX-License-Identifier: Apache-2.0
#include "apply.h"

#include "tenon/kernelgen/math.h"

#include <optional>

namespace tenon::kir {
namespace {

Value sum(Op op, Value a, Value b, const Knowledge& known) {
  Builder& b_ = a.builder();
  if (is_float(a.type()) || known.exact) return b_.binary(op, a, b);
  return b_.wrapping(op, a, b);
}

// A divisor that is safe to divide by: 1 in place of 0 and, for signed types, of -1.
Value safe_divisor(Value b, const Knowledge& known) {
  Builder& builder = b.builder();
  const Value one = builder.integer(1, b.type());
  Value safe = b;
  if (known.b.contains(0)) safe = builder.select(b == builder.integer(0, b.type()), one, safe);
  if (is_signed(b.type()) && known.b.contains(-1)) {
    safe = builder.select(b == builder.integer(-1, b.type()), one, safe);
  }
  return safe;
}

Value quotient(Value a, Value b, const Knowledge& known) {
  Builder& builder = a.builder();
  const Value zero = builder.integer(0, a.type());
  Value y = a / safe_divisor(b, known);
  if (is_signed(a.type()) && known.b.contains(-1)) {
    const Value minus_one = builder.integer(-1, b.type());
    y = builder.select(b == minus_one, builder.wrapping(Op::sub, zero, a), y);
  }
  return known.b.contains(0) ? builder.select(b == zero, zero, y) : y;
}

// Whether the remainder's sign is not the divisor's, so that rounding down differs from truncation.
Value is_split(Value rest, Value b) {
  Builder& builder = b.builder();
  const Value zero = builder.integer(0, b.type());
  return (!(rest == zero)) & builder.binary(Op::bit_xor, rest < zero, b < zero);
}

Value integer_division(uint16_t op, Value a, Value b, const Knowledge& known) {
  Builder& builder = a.builder();
  const bool same_sign = !is_signed(a.type()) || (known.a.low >= 0 && known.b.low >= 0);
  if (op == TENON_EXPR_DIV || (op == TENON_EXPR_FLOORDIV && same_sign))
    return quotient(a, b, known);
  const Value rest = a % safe_divisor(b, known);
  if (op == TENON_EXPR_REM || (op == TENON_EXPR_MOD && same_sign)) {
    return known.b.contains(0) ? builder.select(b == builder.integer(0, b.type()),
                                                builder.integer(0, b.type()), rest)
                               : rest;
  }
  const Value split = is_split(rest, b);
  if (op == TENON_EXPR_MOD) return builder.select(split, builder.wrapping(Op::add, rest, b), rest);
  const Value y = quotient(a, b, known);
  return builder.select(split, builder.wrapping(Op::sub, y, builder.integer(1, y.type())), y);
}

Value real_division(uint16_t op, Value a, Value b) {
  Builder& builder = a.builder();
  if (op == TENON_EXPR_DIV) return a / b;
  if (op == TENON_EXPR_FLOORDIV) return builder.unary(Op::floor, a / b);
  const Value rest = remainder(a, b);
  if (op == TENON_EXPR_REM) return rest;
  const Value split = (!(rest == 0)) & builder.binary(Op::bit_xor, rest < 0, b < 0);
  return builder.select(split, rest + b, rest);
}

Value extreme(uint16_t op, Value a, Value b) {
  Builder& builder = a.builder();
  const bool is_min = op == TENON_EXPR_MIN;
  if (a.type() == Type::boolean) return is_min ? a & b : a | b;
  if (!is_float(a.type())) return builder.binary(is_min ? Op::min : Op::max, a, b);
  const Value first = (is_min ? a < b : a > b) | !(a == a);
  return builder.select(first, a, b);
}

Value shift(uint16_t op, Value a, Value b) {
  Builder& builder = a.builder();
  const Type type = a.type();
  const Type free = bits_in(type) == 64 ? Type::u64 : Type::u32;
  const Value amount = builder.bitcast(b, free);
  const Value width = builder.integer(bits_in(type), free);
  const Value inside = amount < width;
  const Value safe = builder.select(inside, amount, builder.integer(0, free));
  const Value zero = builder.integer(0, type);
  if (op == TENON_EXPR_SHR) {
    return builder.select(inside, builder.binary(Op::shr, a, builder.bitcast(safe, type)), zero);
  }
  const Value shifted = builder.binary(Op::shl, builder.bitcast(a, free), safe);
  return builder.select(inside, builder.bitcast(shifted, type), zero);
}

Value power(Value a, Value b, bool has_f64) {
  Builder& builder = a.builder();
  if (!is_float(a.type())) return integer_power(a, b);
  if (const uint64_t* bits = builder.constant_bits(b)) {
    const double exponent = real_of(*bits, b.type());
    if (exponent == 1) return a;
    if (exponent == 2) return a * a;
    if (exponent == 3) return a * a * a;
  }
  return elementary(Function::pow, a, b, has_f64);
}

std::optional<Function> function_of(uint16_t op) {
  switch (op) {
    case TENON_EXPR_EXP:
      return Function::exp;
    case TENON_EXPR_LOG:
      return Function::log;
    case TENON_EXPR_SIN:
      return Function::sin;
    case TENON_EXPR_COS:
      return Function::cos;
    case TENON_EXPR_TAN:
      return Function::tan;
    case TENON_EXPR_ASIN:
      return Function::asin;
    case TENON_EXPR_ACOS:
      return Function::acos;
    case TENON_EXPR_ATAN:
      return Function::atan;
    case TENON_EXPR_SINH:
      return Function::sinh;
    case TENON_EXPR_COSH:
      return Function::cosh;
    case TENON_EXPR_TANH:
      return Function::tanh;
    case TENON_EXPR_ASINH:
      return Function::asinh;
    case TENON_EXPR_ACOSH:
      return Function::acosh;
    case TENON_EXPR_ATANH:
      return Function::atanh;
    case TENON_EXPR_ERF:
      return Function::erf;
    default:
      return std::nullopt;
  }
}

Value rounded(uint16_t op, Value a) {
  if (!is_float(a.type())) return a;
  const Op rounding = op == TENON_EXPR_FLOOR   ? Op::floor
                      : op == TENON_EXPR_CEIL  ? Op::ceil
                      : op == TENON_EXPR_ROUND ? Op::round
                                               : Op::trunc;
  return a.builder().unary(rounding, a);
}

}  // namespace

Result<Value> apply_unary(uint16_t op, Value a, const Knowledge& known) {
  Builder& b = a.builder();
  const bool real = is_float(a.type());
  if (const std::optional<Function> function = function_of(op)) {
    if (!real) return unsupported("formula: function {} of an integer", op);
    return elementary(*function, a, {}, known.has_f64);
  }
  const auto negated = [&] { return real ? -a : sum(Op::sub, b.integer(0, a.type()), a, known); };
  switch (op) {
    case TENON_EXPR_NEG:
      return negated();
    case TENON_EXPR_ABS:
      if (real) return b.unary(Op::abs, a);
      return is_signed(a.type()) ? b.select(a < b.integer(0, a.type()), negated(), a) : a;
    case TENON_EXPR_NOT:
      return b.unary(Op::bit_not, a);
    case TENON_EXPR_FLOOR:
    case TENON_EXPR_CEIL:
    case TENON_EXPR_ROUND:
    case TENON_EXPR_TRUNC:
      return rounded(op, a);
    case TENON_EXPR_SQRT:
      if (!real) return unsupported("formula: square root of an integer");
      return b.unary(Op::sqrt, a);
    case TENON_EXPR_ISNAN:
      return real ? !(a == a) : b.boolean(false);
    case TENON_EXPR_ISINF:
      return real ? b.unary(Op::abs, a) == __builtin_inf() : b.boolean(false);
    default:
      return unsupported("formula: unknown operation {}", op);
  }
}

Result<Value> apply_binary(uint16_t op, Value a, Value b, const Knowledge& known) {
  Builder& builder = a.builder();
  if (a.type() != b.type()) return invalid("formula: operation {} on two types", op);
  const bool real = is_float(a.type());
  switch (op) {
    case TENON_EXPR_ADD:
      return sum(Op::add, a, b, known);
    case TENON_EXPR_SUB:
      return sum(Op::sub, a, b, known);
    case TENON_EXPR_MUL:
      return sum(Op::mul, a, b, known);
    case TENON_EXPR_DIV:
    case TENON_EXPR_REM:
    case TENON_EXPR_MOD:
    case TENON_EXPR_FLOORDIV:
      return real ? real_division(op, a, b) : integer_division(op, a, b, known);
    case TENON_EXPR_MIN:
    case TENON_EXPR_MAX:
      return extreme(op, a, b);
    case TENON_EXPR_POW:
      return power(a, b, known.has_f64);
    case TENON_EXPR_LT:
      return a < b;
    case TENON_EXPR_LE:
      return a <= b;
    case TENON_EXPR_EQ:
      return a == b;
    case TENON_EXPR_NE:
      return !(a == b);
    default:
      break;
  }
  if (real) return unsupported("formula: bit operation {} on floats", op);
  switch (op) {
    case TENON_EXPR_AND:
      return builder.binary(Op::bit_and, a, b);
    case TENON_EXPR_OR:
      return builder.binary(Op::bit_or, a, b);
    case TENON_EXPR_XOR:
      return builder.binary(Op::bit_xor, a, b);
    case TENON_EXPR_SHL:
    case TENON_EXPR_SHR:
      return shift(op, a, b);
    default:
      return unsupported("formula: unknown operation {}", op);
  }
}

}  // namespace tenon::kir
