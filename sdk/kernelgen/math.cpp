// SPDX-License-Identifier: Apache-2.0
#include "tenon/kernelgen/math.h"

#include "math_exp.h"
#include "math_trig.h"

namespace tenon::kir {

Value elementary(Function function, Value x, Value exponent, bool has_f64) {
  switch (function) {
    case Function::exp:
      return exp_of(x);
    case Function::log:
      return log_of(x);
    case Function::sin:
      return sin_of(x, has_f64);
    case Function::cos:
      return cos_of(x, has_f64);
    case Function::tan:
      return tan_of(x, has_f64);
    case Function::asin:
      return asin_of(x);
    case Function::acos:
      return acos_of(x);
    case Function::atan:
      return atan_of(x);
    case Function::sinh:
      return sinh_of(x);
    case Function::cosh:
      return cosh_of(x);
    case Function::tanh:
      return tanh_of(x);
    case Function::asinh:
      return asinh_of(x);
    case Function::acosh:
      return acosh_of(x);
    case Function::atanh:
      return atanh_of(x);
    case Function::erf:
      return erf_of(x);
    case Function::pow:
      return pow_of(x, exponent);
  }
  return x;
}

namespace {

// A float as mantissa * 2^(exponent - bias - mantissa bits), bits and sign apart.
struct Float {
  Value magnitude;  // bits without the sign, u64
  Value exponent;   // i32, at least 1
  Value mantissa;   // u64
};

Float parts_of(Value x) {
  Builder& b = x.builder();
  const bool narrow = x.type() == Type::f32;
  const int width = narrow ? 23 : 52;
  const auto number = [&](uint64_t value) { return b.constant(value, Type::u64); };
  const Value raw = narrow ? b.cast(b.bitcast(x, Type::u32), Type::u64) : b.bitcast(x, Type::u64);
  const Value magnitude =
      b.binary(Op::bit_and, raw, number(narrow ? 0x7FFFFFFFu : 0x7FFFFFFFFFFFFFFFu));
  const Value field = b.cast(b.binary(Op::shr, magnitude, number(width)), Type::i32);
  const Value fraction = b.binary(Op::bit_and, magnitude, number((uint64_t{1} << width) - 1));
  const Value implied = b.select(field > 0, number(uint64_t{1} << width), number(0));
  return {magnitude, b.binary(Op::max, field, b.integer(1)), fraction + implied};
}

// mantissa * 2^(exponent - bias - mantissa bits), which must be a number of the type.
Value composed(Value mantissa, Value exponent, Type type) {
  Builder& b = mantissa.builder();
  const bool narrow = type == Type::f32;
  const Value scaled = b.cast(mantissa, type) * (narrow ? 0x1p-23 : 0x1p-52);
  const Type bits = narrow ? Type::u32 : Type::u64;
  const Value power = b.binary(Op::shl, b.cast(exponent, bits), b.integer(narrow ? 23 : 52, bits));
  return scaled * b.bitcast(power, type);
}

}  // namespace

Value remainder(Value x, Value y) {
  Builder& b = x.builder();
  const Type type = x.type();
  const bool narrow = type == Type::f32;
  const Float a = parts_of(x);
  const Float d = parts_of(y);
  const double infinity = __builtin_inf();
  const Value is_number = (b.unary(Op::abs, x) < infinity) & (!(y == 0)) & (y == y);
  const Value divides = is_number & (d.magnitude <= a.magnitude);
  const Value zero = b.integer(0, Type::u64);
  const Value divisor = b.select(divides, d.mantissa, b.integer(1, Type::u64));
  const Variable rest = b.variable(b.select(divides, a.mantissa % divisor, zero));
  // As many places at a time as 64 bits hold beside the mantissa.
  const int64_t places = narrow ? 40 : 11;
  const Value distance = b.select(divides, a.exponent - d.exponent, b.integer(0));
  b.loop(b.integer(0), distance, b.integer(places), [&](Value done) {
    const Value step = b.binary(Op::min, distance - done, b.integer(places));
    const Value moved = b.binary(Op::shl, b.get(rest), b.cast(step, Type::u64));
    b.set(rest, moved % divisor);
  });
  const Value left = composed(b.get(rest), d.exponent, type);
  const Value is_negative =
      b.bitcast(x, narrow ? Type::i32 : Type::i64) < b.integer(0, narrow ? Type::i32 : Type::i64);
  const Value result = b.select(divides, b.select(is_negative, -left, left), x);
  return b.select(is_number, result, b.real(__builtin_nan(""), type));
}

Value integer_power(Value base, Value exponent) {
  Builder& b = base.builder();
  const Type type = base.type();
  const Value zero = b.integer(0, type);
  const Value one = b.integer(1, type);
  const Variable result = b.variable(one);
  const Variable square = b.variable(base);
  const Variable left = b.variable(exponent);
  const int bits = static_cast<int>(bits_in(type)) - (is_signed(type) ? 1 : 0);
  b.loop(b.integer(bits), [&](Value) {
    const Value rest = b.get(left);
    b.when(rest > zero, [&] {
      const Value factor = b.select((rest & one) == one, b.get(square), one);
      b.set(result, b.wrapping(Op::mul, b.get(result), factor));
      b.set(square, b.wrapping(Op::mul, b.get(square), b.get(square)));
      b.set(left, b.binary(Op::shr, rest, one));
    });
  });
  if (!is_signed(type)) return b.get(result);
  const Value minus_one = b.integer(-1, type);
  const Value is_odd = (exponent & one) == one;
  const Value sign = b.select(is_odd, minus_one, one);
  const Value small = b.select(base == one, one, b.select(base == minus_one, sign, zero));
  return b.select(exponent < zero, small, b.get(result));
}

}  // namespace tenon::kir
