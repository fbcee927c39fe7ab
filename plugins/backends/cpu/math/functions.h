// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/simd/simd.h"

// Elementary functions of vectors, in arithmetic: for sources of math/, each level its own.
// Errors against the exact value are at most, in ULP, tested on grids and on numpy's vectors:
//   2  exp log acos sinh cosh tanh atanh sigmoid
//   3  sin cos asin atan
//   4  tan erf asinh acosh
// sin, cos and tan of every finite angle; NaN stays NaN; subnormal results are rounded like others.
// pow: 2e-7 times 1 + |y log x|, relative.
namespace tenon::cpu::TENON_LEVEL {

// c[0] + c[1] x + c[2] x^2 + ...
template <int n>
TENON_INLINE F32 polynomial(const float (&c)[n], F32 x) {
  F32 sum = splat(c[n - 1]);
#pragma GCC unroll 16
  for (int i = n - 2; i >= 0; --i) sum = fma(sum, x, splat(c[i]));
  return sum;
}
// x + x^3 P(x^2).
template <int n>
TENON_INLINE F32 cubic(const float (&c)[n], F32 x) {
  const F32 z = x * x;
  return fma(x, z * polynomial(c, z), x);
}
// The magnitude with the sign of x.
TENON_INLINE F32 with_sign(F32 magnitude, F32 x) {
  return as_f32(as_i32(magnitude) | (as_i32(x) & splat(INT32_MIN)));
}

// exp(high + low) where low is tiny.
TENON_INLINE F32 exp_sum(F32 high, F32 low) {
  // (exp(r) - 1 - r) / r^2 on |r| <= ln2/2
  constexpr float c[] = {5.0000000135e-01f, 1.6666666719e-01f, 4.1666465008e-02f,
                         8.3332984842e-03f, 1.3933641404e-03f, 1.9899273964e-04f};
  const F32 x = min(splat(90.f), max(splat(-105.f), high));
  const F32 n = round(x * splat(1.44269504f));
  const F32 r = fma(n, splat(2.12194440e-4f), fma(n, splat(-0.693359375f), x)) + low;
  return scale(fma(r * r, polynomial(c, r), r) + splat(1.f), n);
}
TENON_INLINE F32 exp(F32 x) {
  constexpr float c[] = {5.0000000135e-01f, 1.6666666719e-01f, 4.1666465008e-02f,
                         8.3332984842e-03f, 1.3933641404e-03f, 1.9899273964e-04f};
  const F32 near = min(splat(90.f), max(splat(-105.f), x));
  const F32 n = round(near * splat(1.44269504f));
  const F32 r = fma(n, splat(2.12194440e-4f), fma(n, splat(-0.693359375f), near));
  return scale(fma(r * r, polynomial(c, r), r) + splat(1.f), n);
}
// exp(x) / 2 without overflow: 11/16 is subtracted exactly, the rest of ln 2 is tiny.
TENON_INLINE F32 half_exp(F32 x) { return exp_sum(x - splat(0.6875f), splat(-0.0056471805599f)); }

struct LogParts {
  F32 exponent;
  F32 log;  // of the mantissa in [sqrt(1/2), sqrt(2))
};
TENON_INLINE LogParts log_parts(F32 x) {
  // (log((1 + s) / (1 - s)) - 2s) / s^3 of s^2 on |s| <= 0.1716
  constexpr float c[] = {6.6666666553e-01f, 4.0000123079e-01f, 2.8550690609e-01f,
                         2.3333822201e-01f};
  const I32 tiny = x < splat(1.17549435e-38f);
  const F32 normal = tiny ? x * splat(0x1p23f) : x;
  const I32 border = splat(int32_t{0x3F3504F3});
  const I32 moved = as_i32(normal) - border;
  const F32 f = as_f32((moved & splat(int32_t{0x7FFFFF})) + border) - splat(1.f);
  const F32 s = f / (f + splat(2.f));
  const F32 z = s * s;
  // log(1 + f) = f - s (f - z P(z)): the leading term is exact.
  const F32 log = f - s * (f - z * polynomial(c, z));
  return {to_f32(moved >> 23) + (tiny ? splat(-23.f) : zero()), log};
}
// The values of log where the parts mean nothing.
TENON_INLINE F32 log_ends(F32 x, F32 inside) {
  constexpr float infinity = __builtin_inff();
  const F32 large = x == splat(infinity) ? x : inside;
  const F32 none = x == zero() ? splat(-infinity) : large;
  const F32 negative = x < zero() ? splat(__builtin_nanf("")) : none;
  return x == x ? negative : x;
}
TENON_INLINE F32 log(F32 x) {
  const LogParts parts = log_parts(x);
  const F32 low = fma(parts.exponent, splat(-2.12194440e-4f), parts.log);
  return log_ends(x, fma(parts.exponent, splat(0.693359375f), low));
}

TENON_INLINE F32 sigmoid(F32 x) { return splat(1.f) / (splat(1.f) + exp(-x)); }

TENON_INLINE F32 tanh(F32 x) {
  // (tanh(x) - x) / x^3 of x^2 on |x| <= 0.625
  constexpr float c[] = {-3.3333333178e-01f, 1.3333304278e-01f,  -5.3959405884e-02f,
                         2.1769960772e-02f,  -8.3469801217e-03f, 2.2958409154e-03f};
  const F32 a = abs(x);
  const F32 big = splat(1.f) - splat(2.f) / (exp(a + a) + splat(1.f));
  return a < splat(0.625f) ? cubic(c, x) : with_sign(big, x);
}

TENON_INLINE F32 erf(F32 x) {
  // erf(x) / x of x^2 on |x| <= 1; log(erfc(x)) on [0.95, 4]
  constexpr float c[] = {1.1283791671e+00f,  -3.7612638476e-01f, 1.1283782622e-01f,
                         -2.6865438311e-02f, 5.2210534130e-03f,  -8.4843965569e-04f,
                         1.1268253941e-04f,  -9.6735909470e-06f};
  constexpr float d[] = {1.0890606638e-04f,  -1.1291134782e+00f, -6.3441358506e-01f,
                         -1.0666203472e-01f, 2.3576550471e-02f,  -3.2128180639e-03f,
                         4.7134338627e-05f,  7.7082269888e-05f,  -1.4149926025e-05f,
                         8.8286685248e-07f};
  const F32 a = min(splat(4.f), abs(x));
  const F32 big = with_sign(splat(1.f) - exp(polynomial(d, a)), x);
  return a < splat(1.f) ? x * polynomial(c, x * x) : (x == x ? big : x);
}

TENON_INLINE F32 sinh(F32 x) {
  // (sinh(x) - x) / x^3 of x^2 on |x| <= 1
  constexpr float c[] = {1.6666666647e-01f, 8.3333396814e-03f, 1.9838100492e-04f,
                         2.8062901506e-06f};
  const F32 a = abs(x);
  const F32 half = half_exp(a);
  return a < splat(1.f) ? cubic(c, x) : with_sign(half - splat(0.25f) / half, x);
}
TENON_INLINE F32 cosh(F32 x) {
  const F32 half = half_exp(abs(x));
  return half + splat(0.25f) / half;
}

TENON_INLINE F32 asinh(F32 x) {
  // (asinh(x) - x) / x^3 of x^2 on |x| <= 0.5
  constexpr float c[] = {-1.6666666577e-01f, 7.4999737092e-02f,  -4.4630279893e-02f,
                         3.0159044430e-02f,  -2.0539815576e-02f, 9.9572425538e-03f};
  const F32 a = abs(x);
  const F32 huge = log(a) + splat(0.693147180559945309f);
  const F32 middle = log(a + square_root(fma(a, a, splat(1.f))));
  return a < splat(0.5f) ? cubic(c, x) : with_sign(a > splat(1e9f) ? huge : middle, x);
}
TENON_INLINE F32 acosh(F32 x) {
  // acosh(x) = 2 asinh(sqrt((x - 1) / 2)), without the loss near 1.
  const F32 half = asinh(square_root((x - splat(1.f)) * splat(0.5f)));
  const F32 huge = log(x) + splat(0.693147180559945309f);
  const F32 value = x > splat(1e9f) ? huge : half + half;
  return x < splat(1.f) ? splat(__builtin_nanf("")) : value;
}
TENON_INLINE F32 atanh(F32 x) {
  // (atanh(x) - x) / x^3 of x^2 on |x| <= 0.5
  constexpr float c[] = {3.3333333444e-01f, 1.9999957250e-01f, 1.4288384755e-01f, 1.1049127884e-01f,
                         9.7651832512e-02f, 4.0442256201e-02f, 1.5692707599e-01f};
  const F32 a = abs(x);
  const F32 big = log((a + splat(1.f)) / (splat(1.f) - a)) * splat(0.5f);
  return a < splat(0.5f) ? cubic(c, x) : with_sign(big, x);
}

// An angle as what is left of whole right angles, and their number.
struct Angle {
  F32 rest;
  I32 quadrant;
};
// Angles from 1e6 on, one by one.
static __attribute__((noinline)) Angle far_angle(F32 x) {
  Angle found = {zero(), splat(int32_t{0})};
  for (int i = 0; i < width; ++i) {
    const double s = __builtin_sin((double)x[i]), c = __builtin_cos((double)x[i]);
    const bool upright = __builtin_fabs(s) > __builtin_fabs(c);
    found.quadrant[i] = upright ? (s > 0 ? 1 : 3) : (c > 0 ? 0 : 2);
    const double opposite = upright ? (s > 0 ? -c : c) : (c > 0 ? s : -s);
    found.rest[i] = (float)__builtin_asin(opposite);
  }
  return found;
}
TENON_INLINE Angle reduced(F32 x) {
  const F32 n = round(x * splat(0x1.45f306p-1f));
  // pi/2 in three parts.
  F32 rest = fma_exact(n, splat(-0x1.921fb6p+0f), x);
  rest = fma_exact(n, splat(0x1.777a5cp-25f), rest);
  rest = fma_exact(n, splat(0x1.ee59dap-50f), rest);
  Angle angle = {rest, round_to_i32(n)};
  const I32 far = abs(x) >= splat(1e6f);
  if (__builtin_expect(any(far), 0)) {
    const Angle other = far_angle(x);
    angle.rest = far ? other.rest : angle.rest;
    angle.quadrant = far ? other.quadrant : angle.quadrant;
  }
  return angle;
}
TENON_INLINE F32 sine_near(F32 r) {
  // (sin(r) - r) / r^3 of r^2 on |r| <= pi/4
  constexpr float c[] = {-1.6666666664e-01f, 8.3333317865e-03f, -1.9840039462e-04f,
                         2.7243849254e-06f};
  return cubic(c, r);
}
TENON_INLINE F32 cosine_near(F32 r) {
  // (cos(r) - 1 + r^2/2) / r^4 of r^2 on |r| <= pi/4
  constexpr float c[] = {4.1666666663e-02f, -1.3888887479e-03f, 2.4800523077e-05f,
                         -2.7292452817e-07f};
  const F32 z = r * r;
  return fma(z * z, polynomial(c, z), fma(z, splat(-0.5f), splat(1.f)));
}
// sin(x + turns * pi/2). Infinities give NaN.
TENON_INLINE F32 sine_turned(F32 x, int32_t turns) {
  const Angle angle = reduced(x);
  const I32 quadrant = angle.quadrant + splat(turns);
  const I32 is_cosine = (quadrant & splat(int32_t{1})) == splat(int32_t{1});
  const F32 y = is_cosine ? cosine_near(angle.rest) : sine_near(angle.rest);
  const I32 sign = (quadrant & splat(int32_t{2})) << 30;
  return as_f32(as_i32(y) ^ sign) + (x - x);
}
TENON_INLINE F32 sin(F32 x) {
  // Zeros keep their sign.
  return x == zero() ? x : sine_turned(x, 0);
}
TENON_INLINE F32 cos(F32 x) { return sine_turned(x, 1); }
TENON_INLINE F32 tan(F32 x) {
  const Angle angle = reduced(x);
  const F32 s = sine_near(angle.rest), c = cosine_near(angle.rest);
  const I32 turned = (angle.quadrant & splat(int32_t{1})) == splat(int32_t{1});
  const F32 y = (turned ? -c : s) / (turned ? s : c) + (x - x);
  return x == zero() ? x : y;
}

// So many halves of pi less y.
TENON_INLINE F32 halves_less(float halves, F32 y) {
  constexpr float high = 0x1.921fb6p+0f, low = -0x1.777a5cp-25f;
  return splat(halves * high) - (y - splat(halves * low));
}
// asin on |x| <= 0.5
TENON_INLINE F32 asin_near(F32 x) {
  constexpr float c[] = {1.6666666317e-01f, 7.5000987628e-02f, 4.4598032212e-02f,
                         3.1116156594e-02f, 1.7077858762e-02f, 3.3805749183e-02f};
  return cubic(c, x);
}
TENON_INLINE F32 asin(F32 x) {
  const F32 a = abs(x);
  const F32 rest = asin_near(square_root((splat(1.f) - a) * splat(0.5f)));
  const F32 far = with_sign(halves_less(1, rest + rest), x);
  return a < splat(0.5f) ? asin_near(x) : far;
}
TENON_INLINE F32 acos(F32 x) {
  const F32 a = abs(x);
  const F32 half = asin_near(square_root((splat(1.f) - a) * splat(0.5f)));
  const F32 far = half + half;
  const F32 outer = x < zero() ? halves_less(2, far) : far;
  return a < splat(0.5f) ? halves_less(1, asin_near(x)) : outer;
}
TENON_INLINE F32 atan(F32 x) {
  // (atan(x) - x) / x^3 of x^2 on |x| <= tan(pi/8)
  constexpr float c[] = {-3.3333331667e-01f, 1.9999516362e-01f, -1.4263065309e-01f,
                         1.0733725154e-01f, -6.4179147089e-02f};
  constexpr float high = 0x1.921fb6p+0f, low = -0x1.777a5cp-25f;
  const F32 a = abs(x);
  const I32 far = a > splat(2.414213562373095f), middle = a > splat(0.4142135623730950f);
  const F32 t = (far ? splat(-1.f) : (middle ? a - splat(1.f) : a)) /
                (far ? a : (middle ? a + splat(1.f) : splat(1.f)));
  // The angle that t is measured from: a right one, half of it, or none.
  const F32 base = far ? splat(high) : (middle ? splat(high / 2) : zero());
  const F32 rest = far ? splat(low) : (middle ? splat(low / 2) : zero());
  return with_sign(base + (cubic(c, t) + rest), x);
}

// The upper half of the bits: products of two such are exact.
TENON_INLINE F32 upper(F32 x) { return as_f32(as_i32(x) & splat((int32_t)0xFFFFF000)); }

TENON_INLINE F32 magnitude_power(F32 x, F32 y) {
  const LogParts parts = log_parts(x);
  const F32 high = parts.exponent * splat(0.693359375f);
  const F32 low = fma(parts.exponent, splat(-2.12194440e-4f), parts.log);
  const F32 sum = high + low;
  const F32 rest = low - (sum - high);
  const F32 xh = upper(sum), yh = upper(y);
  const F32 product = sum * y;
  const F32 error = ((xh * yh - product) + xh * (y - yh)) + (sum - xh) * y;
  const F32 tail = error + rest * y;
  const F32 ends = log_ends(x, sum) * y;
  const I32 regular =
      (x > zero()) & (x < splat(__builtin_inff())) & (abs(y) < splat(__builtin_inff()));
  const I32 sane = (abs(tail) < splat(1.f)) & (abs(product) < splat(200.f));
  return exp_sum(regular ? product : ends, (sane & regular) ? tail : zero());
}
TENON_INLINE F32 pow(F32 x, F32 y) {
  const F32 magnitude = magnitude_power(abs(x), y);
  const I32 whole = floor(y) == y;
  const F32 half = y * splat(0.5f);
  const I32 is_odd = whole & (floor(half) != half);
  const I32 negative = as_i32(x) < splat(int32_t{0});
  const F32 is_signed = (negative & is_odd) ? -magnitude : magnitude;
  const I32 no_number = (x < zero()) & ~whole & (x > splat(-__builtin_inff()));
  const F32 real = no_number ? splat(__builtin_nanf("")) : is_signed;
  const I32 minus_one = (x == splat(-1.f)) & (abs(y) == splat(__builtin_inff()));
  const F32 nan = ((x == x) & (y == y)) ? real : x + y;
  return ((y == zero()) | (x == splat(1.f)) | minus_one) ? splat(1.f) : nan;
}

}  // namespace tenon::cpu::TENON_LEVEL
