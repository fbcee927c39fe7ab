// SPDX-License-Identifier: Apache-2.0
#include "math_trig.h"

#include "polynomial.h"

namespace tenon::kir {
namespace {

// (sin(r) - r) / r^3 of r^2 on |r| <= pi/4
constexpr double sin_poly[] = {-1.6666666664e-01, 8.3333317865e-03, -1.9840039462e-04,
                               2.7243849254e-06};
// (cos(r) - 1 + r^2/2) / r^4 of r^2 on |r| <= pi/4
constexpr double cos_poly[] = {4.1666666663e-02, -1.3888887479e-03, 2.4800523077e-05,
                               -2.7292452817e-07};
// (asin(x) - x) / x^3 of x^2 on |x| <= 0.5
constexpr double asin_poly[] = {1.6666666317e-01, 7.5000987628e-02, 4.4598032212e-02,
                                3.1116156594e-02, 1.7077858762e-02, 3.3805749183e-02};
// (atan(x) - x) / x^3 of x^2 on |x| <= tan(pi/8)
constexpr double atan_poly[] = {-3.3333331667e-01, 1.9999516362e-01, -1.4263065309e-01,
                                1.0733725154e-01, -6.4179147089e-02};

constexpr double pi = 3.14159265358979323846;
constexpr double not_a_number = __builtin_nan("");

struct Reduced {
  Value rest;      // x less a multiple of pi/2, |rest| <= pi/4
  Value quadrant;  // i32, 0 to 3
};

Value clamped(Value x, double limit) {
  Builder& b = x.builder();
  return b.select(x < -limit, b.real(-limit, x.type()),
                  b.select(x > limit, b.real(limit, x.type()), x));
}

Reduced reduce_wide(Value x) {
  Builder& b = x.builder();
  const Value finite = b.select(b.unary(Op::abs, x) < 1e9, x, b.real(0));
  const Value wide = b.cast(finite, Type::f64);
  const Value n = b.unary(Op::round, wide * (2 / pi));
  const Value rest = (wide - n * 1.57079632673412561417e+00) - n * 6.07710050650619224932e-11;
  return {b.cast(rest, Type::f32), b.binary(Op::bit_and, b.cast(n, Type::i32), b.integer(3))};
}

Reduced reduce_narrow(Value x) {
  Builder& b = x.builder();
  const Value finite = b.select(b.unary(Op::abs, x) < 1e6, x, b.real(0));
  const Value n = b.unary(Op::round, finite * (2 / pi));
  // pi/2 in parts of so few bits that the first products are exact.
  const Value rest =
      ((finite - n * 1.5703125) - n * 4.837512969970703125e-4) - n * 7.54978995489188216e-8;
  return {clamped(rest, 0.9), b.binary(Op::bit_and, b.cast(n, Type::i32), b.integer(3))};
}

Value sine(Value r) {
  const Value z = r * r;
  return r + r * (z * polynomial(sin_poly, z));
}
Value cosine(Value r) {
  const Value z = r * r;
  return (z * z) * polynomial(cos_poly, z) - z * 0.5 + 1;
}

// sin(x + turns * pi/2). Infinities give NaN.
Value sine_turned(Value x, int turns, bool has_f64) {
  Builder& b = x.builder();
  const Reduced at = has_f64 ? reduce_wide(x) : reduce_narrow(x);
  const Value quadrant = at.quadrant + turns;
  const Value is_cosine = b.binary(Op::bit_and, quadrant, b.integer(1)) == 1;
  const Value y = b.select(is_cosine, cosine(at.rest), sine(at.rest));
  const Value is_negative = b.binary(Op::bit_and, quadrant, b.integer(2)) == 2;
  return b.select(is_negative, -y, y) + (x - x);
}

Value odd(Value x, Value magnitude) { return x.builder().select(x < 0, -magnitude, magnitude); }

Value asin_core(Value x) {
  const Value z = x * x;
  return x + x * (z * polynomial(asin_poly, z));
}

}  // namespace

Value sin_f32(Value x, bool has_f64) { return sine_turned(x, 0, has_f64); }
Value cos_f32(Value x, bool has_f64) { return sine_turned(x, 1, has_f64); }

Value tan_f32(Value x, bool has_f64) {
  Builder& b = x.builder();
  const Reduced at = has_f64 ? reduce_wide(x) : reduce_narrow(x);
  const Value s = sine(at.rest);
  const Value c = cosine(at.rest);
  const Value turned = b.binary(Op::bit_and, at.quadrant, b.integer(1)) == 1;
  return b.select(turned, -c / s, s / c) + (x - x);
}

Value asin_f32(Value x) {
  Builder& b = x.builder();
  const Value a = b.unary(Op::abs, x);
  const Value far = b.real(pi / 2) - asin_core(b.unary(Op::sqrt, (b.real(1) - a) * 0.5)) * 2;
  return b.select(a > 1, b.real(not_a_number), b.select(a < 0.5, asin_core(x), odd(x, far)));
}

Value acos_f32(Value x) {
  Builder& b = x.builder();
  const Value a = b.unary(Op::abs, x);
  const Value far = asin_core(b.unary(Op::sqrt, (b.real(1) - a) * 0.5)) * 2;
  const Value outer = b.select(x < 0, b.real(pi) - far, far);
  return b.select(a > 1, b.real(not_a_number),
                  b.select(a < 0.5, b.real(pi / 2) - asin_core(x), outer));
}

Value atan_f32(Value x) {
  Builder& b = x.builder();
  const Value a = b.unary(Op::abs, x);
  const Value far = a > 2.414213562373095;
  const Value middle = a > 0.4142135623730950;
  const Value t = b.select(far, b.real(-1) / a, b.select(middle, (a - 1) / (a + 1), a));
  const Value base = b.select(far, b.real(pi / 2), b.select(middle, b.real(pi / 4), b.real(0)));
  const Value z = t * t;
  return b.select(x == x, odd(x, base + (t + t * (z * polynomial(atan_poly, z)))), x);
}

}  // namespace tenon::kir
