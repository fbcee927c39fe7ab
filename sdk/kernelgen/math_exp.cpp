// SPDX-License-Identifier: Apache-2.0
#include "math_exp.h"

#include "polynomial.h"

namespace tenon::kir {
namespace {

// (exp(r) - 1 - r) / r^2 on |r| <= ln2/2
constexpr double exp_narrow[] = {5.0000000135e-01, 1.6666666719e-01, 4.1666465008e-02,
                                 8.3332984842e-03, 1.3933641404e-03, 1.9899273964e-04};
constexpr double exp_wide[] = {0.5,
                               0.166666666666666667,
                               0.0416666666666666768,
                               0.00833333333333333401,
                               0.00138888888888790532,
                               0.000198412698412632853,
                               0.0000248015873364976598,
                               2.75573192472556707e-6,
                               2.75572632197903453e-7,
                               2.50520710547701112e-8,
                               2.09181596693241004e-9,
                               1.60866425746724059e-10};
// (log((1 + s) / (1 - s)) - 2s) / s^3 of s^2 on |s| <= 0.1716
constexpr double log_narrow[] = {6.6666666553e-01, 4.0000123079e-01, 2.8550690609e-01,
                                 2.3333822201e-01};
constexpr double log_wide[] = {0.666666666666666665, 0.400000000000008797, 0.285714285708019569,
                               0.222222223920890079, 0.181817956000607924, 0.153862418819385955,
                               0.132687147923480967, 0.130872361966596223};
// erf(x) / x of x^2 on |x| <= 1
constexpr double erf_narrow[] = {1.1283791671e+00,  -3.7612638476e-01, 1.1283782622e-01,
                                 -2.6865438311e-02, 5.2210534130e-03,  -8.4843965569e-04,
                                 1.1268253941e-04,  -9.6735909470e-06};
constexpr double erf_wide[] = {
    1.12837916709551257,     -0.376126389031837525,     0.112837916709551256,
    -0.0268661706451312185,  0.00522397762544167401,    -0.000854832702340300061,
    0.000120553329788794839, -0.0000149256502369675017, 1.64621107820186364e-6,
    -1.63657686488320721e-7, 1.48060271461287517e-8,    -1.22777344867955238e-9,
    9.32372351815302663e-11, -6.19673642877769998e-12,  2.80671281956112625e-13};
// log(erfc(x)) on [0.95, 4]; for f64 of (x - 3.5) / 2.6 on [0.9, 6.1]
constexpr double log_erfc_narrow[] = {
    1.0890606638e-04,  -1.1291134782e+00, -6.3441358506e-01, -1.0666203472e-01, 2.3576550471e-02,
    -3.2128180639e-03, 4.7134338627e-05,  7.7082269888e-05,  -1.4149926025e-05, 8.8286685248e-07};
constexpr double log_erfc_wide[] = {
    -14.1124374021481744,     -18.8918589297494963,    -6.53525065005728651,
    -0.0918461689088282046,   0.0399254138317855279,   -0.0175010024749744814,
    0.00753333567402278402,   -0.00312401848193800405, 0.00122291961163797649,
    -0.000438123048683279951, 0.000134564996895068199, -0.0000284416505779895448,
    -2.40004841141918241e-6,  7.6062405981081728e-6,   -5.84297959445855935e-6,
    3.44536261440467547e-6,   -1.84409871255607835e-6, 7.62710814935159674e-7,
    -1.29367541361727899e-7,  4.00834015914344221e-8,  -9.41354398604647304e-8,
    1.06218880922970277e-8,   4.50131133641607322e-8,  -1.78332069424886418e-8};
// (sinh(x) - x) / x^3 of x^2 on |x| <= 1
constexpr double sinh_narrow[] = {1.6666666647e-01, 8.3333396814e-03, 1.9838100492e-04,
                                  2.8062901506e-06};
constexpr double sinh_wide[] = {0.166666666666666667,    0.00833333333333333337,
                                0.000198412698412697732, 2.75573192240403386e-6,
                                2.50521083640580408e-8,  1.60590483963505616e-10,
                                7.64662536165665766e-13, 2.84452641698952856e-15};
// (tanh(x) - x) / x^3 of x^2 on |x| <= 0.625
constexpr double tanh_narrow[] = {-3.3333333178e-01, 1.3333304278e-01,  -5.3959405884e-02,
                                  2.1769960772e-02,  -8.3469801217e-03, 2.2958409154e-03};
constexpr double tanh_wide[] = {
    -0.333333333333333333,    0.133333333333333328,      -0.0539682539682530754,
    0.0218694885360964705,    -0.00886323552788245834,   0.0035921279948771645,
    -0.00145583382790420779,  0.00059002233290232577,    -0.000239096427705947486,
    0.0000967668921000281198, -0.0000387990421816612783, 0.0000148328975484175581,
    -4.77083464851976678e-6,  9.17154940265454197e-7};
// (asinh(x) - x) / x^3 of x^2 on |x| <= 0.5
constexpr double asinh_narrow[] = {-1.6666666577e-01, 7.4999737092e-02,  -4.4630279893e-02,
                                   3.0159044430e-02,  -2.0539815576e-02, 9.9572425538e-03};
constexpr double asinh_wide[] = {
    -0.166666666666666667,   0.0749999999999999973,  -0.0446428571428563247,  0.0303819444443475618,
    -0.0223721590848879257,  0.0173527641971584071,  -0.0139648382005810619,  0.0115517070594515999,
    -0.00976048241907462767, 0.00838054110076259164, -0.00725044787699624822, 0.0061605830861294397,
    -0.00478548651716122283, 0.00290132171941394385, -0.000969681106039884416};
// (atanh(x) - x) / x^3 of x^2 on |x| <= 0.5
constexpr double atanh_narrow[] = {3.3333333444e-01, 1.9999957250e-01, 1.4288384755e-01,
                                   1.1049127884e-01, 9.7651832512e-02, 4.0442256201e-02,
                                   1.5692707599e-01};
constexpr double atanh_wide[] = {0.333333333333333333,   0.2,
                                 0.142857142857142857,   0.111111111111111113,
                                 0.0909090909090906895,  0.0769230769230951086,
                                 0.0666666666656606434,  0.0588235294511072602,
                                 0.052631577816233427,   0.0476190722022125151,
                                 0.0434778489259359362,  0.0400053963858275359,
                                 0.0369812810598462702,  0.0349391866617766543,
                                 0.0292968426597679543,  0.0454634297981066069,
                                 -0.0320719071379900605, 0.213263687151118324,
                                 -0.40077188483164204,   0.716697199356548053,
                                 -0.701482858766597464,  0.410383247761718737};

constexpr Fit exp_fit = {exp_narrow, exp_wide};
constexpr Fit log_fit = {log_narrow, log_wide};
constexpr Fit erf_fit = {erf_narrow, erf_wide};
constexpr Fit log_erfc_fit = {log_erfc_narrow, log_erfc_wide};
constexpr Fit sinh_fit = {sinh_narrow, sinh_wide};
constexpr Fit tanh_fit = {tanh_narrow, tanh_wide};
constexpr Fit asinh_fit = {asinh_narrow, asinh_wide};
constexpr Fit atanh_fit = {atanh_narrow, atanh_wide};
constexpr double infinity = __builtin_inf();
constexpr double not_a_number = __builtin_nan("");

// ln 2 in two parts: the first has few bits, so that it is exact times an exponent.
struct Ln2 {
  double high;
  double low;
};
Ln2 ln2(Value x) {
  return is_wide(x) ? Ln2{6.93147180369123816490e-01, 1.90821492927058770002e-10}
                    : Ln2{0.693359375, -2.12194440054690583e-4};
}

// 2^n for n of the normal numbers of x's type.
Value power_of_two(Value n, Value x) {
  Builder& b = n.builder();
  if (!is_wide(x)) return float_of(b.binary(Op::shl, n + 127, b.integer(23)));
  return float_of(b.binary(Op::shl, b.cast(n + 1023, Type::i64), b.integer(52, Type::i64)));
}

// exp(high + low) where low is tiny.
Value exp_sum(Value high, Value low) {
  Builder& b = high.builder();
  const Value least = number(high, either(high, -105, -747));
  const Value most = number(high, either(high, 90, 711));
  const Value x = b.select(high < least, least, b.select(high > most, most, high));
  const Value n = b.unary(Op::round, x * 1.44269504088896341);
  Value r = (x - n * ln2(x).high) - n * ln2(x).low;
  if (low.valid()) r = r + low;
  const Value y = (r * r) * polynomial(exp_fit, r) + r + 1;
  const Value exponent = b.cast(b.select(n == n, n, number(n, 0)), Type::i32);
  const Value half = b.binary(Op::shr, exponent, b.integer(1));
  const Value scaled = (y * power_of_two(half, x)) * power_of_two(exponent - half, x);
  return b.select(high == high, scaled, high);
}

// exp(x) / 2 without overflow: 11/16 is subtracted exactly, the rest of ln 2 is tiny.
Value half_exp(Value x) { return exp_sum(x - 0.6875, number(x, 0.6875 - 0.69314718055994530942)); }

struct Parts {
  Value exponent;  // as float
  Value log;       // of the mantissa in [sqrt(1/2), sqrt(2))
};

// The bits of sqrt(1/2) are where one exponent ends and the next begins.
Parts log_parts(Value x) {
  Builder& b = x.builder();
  const bool wide = is_wide(x);
  const Value tiny = x < either(x, 1.17549435e-38, 2.2250738585072014e-308);
  const Value bits = unsigned_bits(b.select(tiny, x * either(x, 0x1p23, 0x1p54), x));
  const Type free = bits.type();
  const Type whole = wide ? Type::i64 : Type::i32;
  const Value border = b.constant(wide ? 0x3FE6A09E667F3BCD : 0x3F3504F3, free);
  const Value mask = b.constant(wide ? 0xFFFFFFFFFFFFF : 0x7FFFFF, free);
  const Value moved = bits - border;
  const Value e = b.binary(Op::shr, b.bitcast(moved, whole), b.integer(wide ? 52 : 23, whole));
  const Value mantissa = float_of(b.binary(Op::bit_and, moved, mask) + border);
  const Value f = mantissa - 1;
  const Value s = f / (f + 2);
  const Value z = s * s;
  // log(1 + f) = f - s (f - z P(z)): the leading term is exact.
  const Value log = f - s * (f - z * polynomial(log_fit, z));
  const Value shift = b.select(tiny, number(x, either(x, -23, -54)), number(x, 0));
  return {b.cast(e, x.type()) + shift, log};
}

// The values of log where the parts mean nothing.
Value log_ends(Value x, Value inside) {
  Builder& b = x.builder();
  const Value large = b.select(x == infinity, x, inside);
  const Value zero = b.select(x == 0, number(x, -infinity), large);
  return b.select(x < 0, number(x, not_a_number), b.select(x == x, zero, x));
}

// The upper half of the bits: products of two such are exact.
Value upper(Value x) {
  const Value bits = unsigned_bits(x);
  const uint64_t mask = is_wide(x) ? ~uint64_t{0x7FFFFFF} : uint64_t{0xFFFFF000};
  return float_of(x.builder().binary(Op::bit_and, bits, x.builder().constant(mask, bits.type())));
}

Value magnitude_power(Value x, Value y) {
  Builder& b = x.builder();
  const Parts parts = log_parts(x);
  const Value high = parts.exponent * ln2(x).high;
  const Value low = parts.exponent * ln2(x).low + parts.log;
  const Value sum = high + low;
  const Value rest = low - (sum - high);
  const Value xh = upper(sum);
  const Value yh = upper(y);
  const Value product = sum * y;
  const Value error = ((xh * yh - product) + xh * (y - yh)) + (sum - xh) * y;
  const Value tail = error + rest * y;
  const Value sane =
      (b.unary(Op::abs, tail) < 1) & (b.unary(Op::abs, product) < either(x, 200, 1600));
  const Value ends = log_ends(x, sum) * y;
  const Value regular = (x > 0) & (x < infinity) & (b.unary(Op::abs, y) < infinity);
  return exp_sum(b.select(regular, product, ends), b.select(sane & regular, tail, number(x, 0)));
}

}  // namespace

Value exp_of(Value x) { return exp_sum(x, {}); }

Value log_of(Value x) {
  const Parts parts = log_parts(x);
  return log_ends(x, parts.exponent * ln2(x).high + (parts.exponent * ln2(x).low + parts.log));
}

Value sinh_of(Value x) {
  Builder& b = x.builder();
  const Value a = b.unary(Op::abs, x);
  const Value half = half_exp(a);
  return b.select(a < 1, cubic(x, sinh_fit), odd(x, half - number(x, 0.25) / half));
}

Value cosh_of(Value x) {
  const Value half = half_exp(x.builder().unary(Op::abs, x));
  return half + number(x, 0.25) / half;
}

Value tanh_of(Value x) {
  Builder& b = x.builder();
  const Value a = b.unary(Op::abs, x);
  const Value big = number(x, 1) - number(x, 2) / (exp_of(a * 2) + 1);
  return b.select(a < 0.625, cubic(x, tanh_fit), odd(x, big));
}

Value erf_of(Value x) {
  Builder& b = x.builder();
  const Value a = b.unary(Op::abs, x);
  const Value end = number(x, either(x, 4, 6));
  const Value near = b.select(a > end, end, a);
  const Value t = is_wide(x) ? (near - 3.5) / 2.6 : near;
  const Value big = number(x, 1) - exp_of(polynomial(log_erfc_fit, t));
  const Value small = x * polynomial(erf_fit, x * x);
  return b.select(a < 1, small, b.select(x == x, odd(x, big), x));
}

Value asinh_of(Value x) {
  Builder& b = x.builder();
  const Value a = b.unary(Op::abs, x);
  const Value huge = log_of(a) + 0.693147180559945309;
  const Value middle = log_of(a + b.unary(Op::sqrt, a * a + 1));
  return b.select(a < 0.5, cubic(x, asinh_fit), odd(x, b.select(a > 1e9, huge, middle)));
}

Value acosh_of(Value x) {
  Builder& b = x.builder();
  // acosh(x) = 2 asinh(sqrt((x - 1) / 2)), without the loss near 1.
  const Value near = asinh_of(b.unary(Op::sqrt, (x - 1) * 0.5)) * 2;
  const Value huge = log_of(x) + 0.693147180559945309;
  return b.select(x < 1, number(x, not_a_number), b.select(x > 1e9, huge, near));
}

Value atanh_of(Value x) {
  Builder& b = x.builder();
  const Value a = b.unary(Op::abs, x);
  const Value big = log_of((a + 1) / (number(x, 1) - a)) * 0.5;
  return b.select(a < 0.5, cubic(x, atanh_fit), odd(x, big));
}

Value pow_of(Value x, Value y) {
  Builder& b = x.builder();
  const Value magnitude = magnitude_power(b.unary(Op::abs, x), y);
  const Value whole = b.unary(Op::floor, y) == y;
  const Value half = y * 0.5;
  const Value is_odd = whole & !(b.unary(Op::floor, half) == half);
  const Value bits = signed_bits(x);
  const Value negative = bits < b.integer(0, bits.type());
  const Value is_signed = b.select(negative & is_odd, -magnitude, magnitude);
  const Value real =
      b.select((x < 0) & !whole & (x > -infinity), number(x, not_a_number), is_signed);
  const Value minus_one = (x == -1) & (b.unary(Op::abs, y) == infinity);
  const Value nan = b.select((x == x) & (y == y), real, x + y);
  return b.select((y == 0) | (x == 1) | minus_one, number(x, 1), nan);
}

}  // namespace tenon::kir
