// SPDX-License-Identifier: Apache-2.0
#include "math_trig.h"

#include "polynomial.h"

namespace tenon::kir {
namespace {

// (sin(r) - r) / r^3 of r^2 on |r| <= pi/4
constexpr double sin_narrow[] = {-1.6666666664e-01, 8.3333317865e-03, -1.9840039462e-04,
                                 2.7243849254e-06};
constexpr double sin_wide[] = {-0.166666666666666667,    0.00833333333333333333,
                               -0.000198412698412698376, 2.7557319223981098e-6,
                               -2.50521083823890529e-8,  1.60590427808311649e-10,
                               -7.64696131954048364e-13, 2.79124261963399717e-15};
// (cos(r) - 1 + r^2/2) / r^4 of r^2 on |r| <= pi/4
constexpr double cos_narrow[] = {4.1666666663e-02, -1.3888887479e-03, 2.4800523077e-05,
                                 -2.7292452817e-07};
constexpr double cos_wide[] = {0.0416666666666666667,    -0.00138888888888888889,
                               0.0000248015873015872997, -2.75573192239834931e-7,
                               2.08767569863410024e-9,   -1.1470745069485468e-11,
                               4.77937608362634549e-14,  -1.55181017619451259e-16};
// (asin(x) - x) / x^3 of x^2 on |x| <= 0.5
constexpr double asin_narrow[] = {1.6666666317e-01, 7.5000987628e-02, 4.4598032212e-02,
                                  3.1116156594e-02, 1.7077858762e-02, 3.3805749183e-02};
constexpr double asin_wide[] = {
    0.166666666666666667,   0.0749999999999999118,  0.0446428571428834039,  0.0303819444413638067,
    0.0223721592796799784,  0.0173527574778197887,  0.0139650099320536062,  0.0115490866129874244,
    0.00979275132020199495, 0.00813582992550165602, 0.00879500607648843027, 0.000380853033290726004,
    0.0225535636382029807,  -0.0240205449185546053, 0.0307187689951910972};
// (atan(x) - x) / x^3 of x^2 on |x| <= tan(pi/8)
constexpr double atan_narrow[] = {-3.3333331667e-01, 1.9999516362e-01, -1.4263065309e-01,
                                  1.0733725154e-01, -6.4179147089e-02};
constexpr double atan_wide[] = {
    -0.333333333333333333,  0.199999999999999915,  -0.142857142857115142,  0.111111111107542176,
    -0.0909090906697942411, 0.076923067349270019,  -0.0666664199624485473, 0.0588192490642742092,
    -0.0525803819399390369, 0.0471937357198915742, -0.0410434955166452165, 0.0306336949316175849,
    -0.0139161961396101699};

constexpr Fit sin_fit = {sin_narrow, sin_wide};
constexpr Fit cos_fit = {cos_narrow, cos_wide};
constexpr Fit asin_fit = {asin_narrow, asin_wide};
constexpr Fit atan_fit = {atan_narrow, atan_wide};

constexpr double pi = 3.14159265358979323846;
constexpr double half_pi_rest = 6.12323399573676588613e-17;  // what f64 rounds away of pi/2
constexpr double not_a_number = __builtin_nan("");

Value cosine(Value r) {
  const Value z = r * r;
  return (z * z) * polynomial(cos_fit, z) - z * 0.5 + 1;
}

// sin(x + turns * pi/2). Infinities give NaN.
Value sine_turned(Value x, int turns, bool has_f64) {
  Builder& b = x.builder();
  const Angle at = reduced(x, has_f64);
  const Value quadrant = at.quadrant + turns;
  const Value is_cosine = b.binary(Op::bit_and, quadrant, b.integer(1)) == 1;
  const Value y = b.select(is_cosine, cosine(at.rest), cubic(at.rest, sin_fit));
  const Value is_negative = b.binary(Op::bit_and, quadrant, b.integer(2)) == 2;
  return b.select(is_negative, -y, y) + (x - x);
}

// pi/2 as the sum of two numbers of x's type.
struct HalfPi {
  double high;
  double low;
};
HalfPi half_pi(Value x) {
  constexpr double narrow = 0x1.921fb6p+0;
  return is_wide(x) ? HalfPi{pi / 2, half_pi_rest} : HalfPi{narrow, pi / 2 - narrow};
}

// So many halves of pi less y.
Value halves_less(double halves, Value y) {
  const auto [high, low] = half_pi(y);
  return number(y, halves * high) - (y - number(y, halves * low));
}

}  // namespace

Value sin_of(Value x, bool has_f64) { return sine_turned(x, 0, has_f64); }
Value cos_of(Value x, bool has_f64) { return sine_turned(x, 1, has_f64); }

Value tan_of(Value x, bool has_f64) {
  Builder& b = x.builder();
  const Angle at = reduced(x, has_f64);
  const Value s = cubic(at.rest, sin_fit);
  const Value c = cosine(at.rest);
  const Value turned = b.binary(Op::bit_and, at.quadrant, b.integer(1)) == 1;
  return b.select(turned, -c / s, s / c) + (x - x);
}

Value asin_of(Value x) {
  Builder& b = x.builder();
  const Value a = b.unary(Op::abs, x);
  const Value rest = cubic(b.unary(Op::sqrt, (number(x, 1) - a) * 0.5), asin_fit) * 2;
  const Value far = odd(x, halves_less(1, rest));
  return b.select(a > 1, number(x, not_a_number), b.select(a < 0.5, cubic(x, asin_fit), far));
}

Value acos_of(Value x) {
  Builder& b = x.builder();
  const Value a = b.unary(Op::abs, x);
  const Value far = cubic(b.unary(Op::sqrt, (number(x, 1) - a) * 0.5), asin_fit) * 2;
  const Value outer = b.select(x < 0, halves_less(2, far), far);
  const Value inner = halves_less(1, cubic(x, asin_fit));
  return b.select(a > 1, number(x, not_a_number), b.select(a < 0.5, inner, outer));
}

Value atan_of(Value x) {
  Builder& b = x.builder();
  const Value a = b.unary(Op::abs, x);
  const Value far = a > 2.414213562373095;
  const Value middle = a > 0.4142135623730950;
  const Value t = b.select(far, number(x, -1) / a, b.select(middle, (a - 1) / (a + 1), a));
  // The angle that t is measured from: a right one, half of it, or none.
  const auto base = [&](double right) {
    return b.select(far, number(x, right), b.select(middle, number(x, right / 2), number(x, 0)));
  };
  const auto [high, low] = half_pi(x);
  const Value y = base(high) + (cubic(t, atan_fit) + base(low));
  return b.select(x == x, b.select(a < 0.4142135623730950, cubic(x, atan_fit), odd(x, y)), x);
}

}  // namespace tenon::kir
