// SPDX-License-Identifier: Apache-2.0
#include "tenon/kernelgen/math.h"

#include "math_exp.h"
#include "math_trig.h"

namespace tenon::kir {

Value elementary(Function function, Value x, Value exponent, bool has_f64) {
  Builder& b = x.builder();
  if (x.type() == Type::f64) return b.call(function, x, exponent);
  switch (function) {
    case Function::exp:
      return exp_f32(x);
    case Function::log:
      return log_f32(x);
    case Function::sin:
      return sin_f32(x, has_f64);
    case Function::cos:
      return cos_f32(x, has_f64);
    case Function::tan:
      return tan_f32(x, has_f64);
    case Function::asin:
      return asin_f32(x);
    case Function::acos:
      return acos_f32(x);
    case Function::atan:
      return atan_f32(x);
    case Function::sinh:
      return sinh_f32(x);
    case Function::cosh:
      return cosh_f32(x);
    case Function::tanh:
      return tanh_f32(x);
    case Function::asinh:
      return asinh_f32(x);
    case Function::acosh:
      return acosh_f32(x);
    case Function::atanh:
      return atanh_f32(x);
    case Function::erf:
      return erf_f32(x);
    case Function::pow:
      return pow_f32(x, exponent);
  }
  return x;
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
