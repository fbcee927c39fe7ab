// SPDX-License-Identifier: Apache-2.0
#include "math_exp.h"

#include "polynomial.h"

namespace tenon::kir {
namespace {

// (exp(r) - 1 - r) / r^2 on |r| <= ln2/2
constexpr double exp_poly[] = {5.0000000135e-01, 1.6666666719e-01, 4.1666465008e-02,
                               8.3332984842e-03, 1.3933641404e-03, 1.9899273964e-04};
// (log((1 + s) / (1 - s)) - 2s) / s^3 of s^2 on |s| <= 0.1716
constexpr double log_poly[] = {6.6666666553e-01, 4.0000123079e-01, 2.8550690609e-01,
                               2.3333822201e-01};
// erf(x) / x of x^2 on |x| <= 1
constexpr double erf_poly[] = {1.1283791671e+00,  -3.7612638476e-01, 1.1283782622e-01,
                               -2.6865438311e-02, 5.2210534130e-03,  -8.4843965569e-04,
                               1.1268253941e-04,  -9.6735909470e-06};
// log(erfc(x)) on [0.95, 4]
constexpr double log_erfc_poly[] = {
    1.0890606638e-04,  -1.1291134782e+00, -6.3441358506e-01, -1.0666203472e-01, 2.3576550471e-02,
    -3.2128180639e-03, 4.7134338627e-05,  7.7082269888e-05,  -1.4149926025e-05, 8.8286685248e-07};
// (sinh(x) - x) / x^3 of x^2 on |x| <= 1
constexpr double sinh_poly[] = {1.6666666647e-01, 8.3333396814e-03, 1.9838100492e-04,
                                2.8062901506e-06};
// (tanh(x) - x) / x^3 of x^2 on |x| <= 0.625
constexpr double tanh_poly[] = {-3.3333333178e-01, 1.3333304278e-01,  -5.3959405884e-02,
                                2.1769960772e-02,  -8.3469801217e-03, 2.2958409154e-03};
// (asinh(x) - x) / x^3 of x^2 on |x| <= 0.5
constexpr double asinh_poly[] = {-1.6666666577e-01, 7.4999737092e-02,  -4.4630279893e-02,
                                 3.0159044430e-02,  -2.0539815576e-02, 9.9572425538e-03};
// (atanh(x) - x) / x^3 of x^2 on |x| <= 0.5
constexpr double atanh_poly[] = {3.3333333444e-01, 1.9999957250e-01, 1.4288384755e-01,
                                 1.1049127884e-01, 9.7651832512e-02, 4.0442256201e-02,
                                 1.5692707599e-01};

constexpr double ln2_high = 0.693359375;  // few bits: exact times an exponent
constexpr double ln2_low = -2.12194440054690583e-4;
constexpr double infinity = __builtin_inf();
constexpr double not_a_number = __builtin_nan("");

// 2^n for n in [-126, 127].
Value power_of_two(Value n) {
  Builder& b = n.builder();
  return b.bitcast(b.binary(Op::shl, n + 127, b.integer(23)), Type::f32);
}

// exp(high + low) where low is tiny.
Value exp_sum(Value high, Value low) {
  Builder& b = high.builder();
  const Value x = b.select(high < -105, b.real(-105), b.select(high > 90, b.real(90), high));
  const Value n = b.unary(Op::round, x * 1.44269504088896341);
  Value r = (x - n * ln2_high) - n * ln2_low;
  if (low.valid()) r = r + low;
  const Value y = (r * r) * polynomial(exp_poly, r) + r + 1;
  const Value exponent = b.cast(b.select(n == n, n, b.real(0)), Type::i32);
  const Value half = b.binary(Op::shr, exponent, b.integer(1));
  const Value scaled = (y * power_of_two(half)) * power_of_two(exponent - half);
  return b.select(high == high, scaled, high);
}

// exp(x) / 2 without overflow: 11/16 is subtracted exactly, the rest of ln 2 is tiny.
Value half_exp(Value x) {
  return exp_sum(x - 0.6875, x.builder().real(0.6875 - 0.69314718055994530942));
}

struct Parts {
  Value exponent;  // as float
  Value log;       // of the mantissa in [sqrt(1/2), sqrt(2))
};

Parts log_parts(Value x) {
  Builder& b = x.builder();
  const Value tiny = x < 1.17549435e-38;
  const Value scaled = b.select(tiny, x * 8388608, x);
  const Value bits = b.bitcast(scaled, Type::i32);
  // Moves the border between exponents to sqrt(1/2).
  const Value moved = b.bitcast(b.bitcast(bits, Type::u32) - 0x3F3504F3, Type::i32);
  const Value e = b.binary(Op::shr, moved, b.integer(23));
  const Value mantissa = b.bitcast(
      b.bitcast(b.binary(Op::bit_and, moved, b.integer(0x007FFFFF)), Type::u32) + 0x3F3504F3,
      Type::f32);
  const Value f = mantissa - 1;
  const Value s = f / (f + 2);
  const Value z = s * s;
  // log(1 + f) = f - s (f - z P(z)): the leading term is exact.
  const Value log = f - s * (f - z * polynomial(log_poly, z));
  const Value shift = b.select(tiny, b.real(-23), b.real(0));
  return {b.cast(e, Type::f32) + shift, log};
}

// The values of log where the parts mean nothing.
Value log_ends(Value x, Value inside) {
  Builder& b = x.builder();
  const Value large = b.select(x == infinity, x, inside);
  const Value zero = b.select(x == 0, b.real(-infinity), large);
  return b.select(x < 0, b.real(not_a_number), b.select(x == x, zero, x));
}

Value odd(Value x, Value magnitude) { return x.builder().select(x < 0, -magnitude, magnitude); }

Value cubic(Value x, std::span<const double> coefficients) {
  const Value z = x * x;
  return x + x * (z * polynomial(coefficients, z));
}

// The upper half of the bits: products of two such are exact.
Value upper(Value x) {
  Builder& b = x.builder();
  return b.bitcast(b.binary(Op::bit_and, b.bitcast(x, Type::u32), b.integer(0xFFFFF000, Type::u32)),
                   Type::f32);
}

Value magnitude_power(Value x, Value y) {
  Builder& b = x.builder();
  const Parts parts = log_parts(x);
  const Value high = parts.exponent * ln2_high;
  const Value low = parts.exponent * ln2_low + parts.log;
  const Value sum = high + low;
  const Value rest = low - (sum - high);
  const Value xh = upper(sum);
  const Value yh = upper(y);
  const Value product = sum * y;
  const Value error = ((xh * yh - product) + xh * (y - yh)) + (sum - xh) * y;
  const Value tail = error + rest * y;
  const Value sane = (b.unary(Op::abs, tail) < 1) & (b.unary(Op::abs, product) < 200);
  const Value ends = log_ends(x, sum) * y;
  const Value regular = (x > 0) & (x < infinity) & (b.unary(Op::abs, y) < infinity);
  return exp_sum(b.select(regular, product, ends), b.select(sane & regular, tail, b.real(0)));
}

}  // namespace

Value exp_f32(Value x) { return exp_sum(x, {}); }

Value log_f32(Value x) {
  const Parts parts = log_parts(x);
  return log_ends(x, parts.exponent * ln2_high + (parts.exponent * ln2_low + parts.log));
}

Value sinh_f32(Value x) {
  Builder& b = x.builder();
  const Value a = b.unary(Op::abs, x);
  const Value half = half_exp(a);
  return b.select(a < 1, cubic(x, sinh_poly), odd(x, half - b.real(0.25) / half));
}

Value cosh_f32(Value x) {
  Builder& b = x.builder();
  const Value half = half_exp(b.unary(Op::abs, x));
  return half + b.real(0.25) / half;
}

Value tanh_f32(Value x) {
  Builder& b = x.builder();
  const Value a = b.unary(Op::abs, x);
  const Value big = b.real(1) - b.real(2) / (exp_f32(a * 2) + 1);
  return b.select(a < 0.625, cubic(x, tanh_poly), odd(x, big));
}

Value erf_f32(Value x) {
  Builder& b = x.builder();
  const Value a = b.unary(Op::abs, x);
  const Value near = b.select(a > 4, b.real(4), a);
  const Value big = b.real(1) - exp_f32(polynomial(log_erfc_poly, near));
  const Value small = x * polynomial(erf_poly, x * x);
  return b.select(a < 1, small, b.select(x == x, odd(x, big), x));
}

Value asinh_f32(Value x) {
  Builder& b = x.builder();
  const Value a = b.unary(Op::abs, x);
  const Value huge = log_f32(a) + 0.693147180559945309;
  const Value middle = log_f32(a + b.unary(Op::sqrt, a * a + 1));
  return b.select(a < 0.5, cubic(x, asinh_poly), odd(x, b.select(a > 1e9, huge, middle)));
}

Value acosh_f32(Value x) {
  Builder& b = x.builder();
  // acosh(x) = 2 asinh(sqrt((x - 1) / 2)), without the loss near 1.
  const Value near = asinh_f32(b.unary(Op::sqrt, (x - 1) * 0.5)) * 2;
  const Value huge = log_f32(x) + 0.693147180559945309;
  return b.select(x < 1, b.real(not_a_number), b.select(x > 1e9, huge, near));
}

Value atanh_f32(Value x) {
  Builder& b = x.builder();
  const Value a = b.unary(Op::abs, x);
  const Value big = log_f32((a + 1) / (b.real(1) - a)) * 0.5;
  return b.select(a < 0.5, cubic(x, atanh_poly), odd(x, big));
}

Value pow_f32(Value x, Value y) {
  Builder& b = x.builder();
  const Value magnitude = magnitude_power(b.unary(Op::abs, x), y);
  const Value whole = b.unary(Op::floor, y) == y;
  const Value half = y * 0.5;
  const Value is_odd = whole & !(b.unary(Op::floor, half) == half);
  const Value negative = b.bitcast(x, Type::i32) < 0;
  const Value is_signed = b.select(negative & is_odd, -magnitude, magnitude);
  const Value real = b.select((x < 0) & !whole & (x > -infinity), b.real(not_a_number), is_signed);
  const Value minus_one = (x == -1) & (b.unary(Op::abs, y) == infinity);
  const Value nan = b.select((x == x) & (y == y), real, x + y);
  return b.select((y == 0) | (x == 1) | minus_one, b.real(1), nan);
}

}  // namespace tenon::kir
