// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/math/elements.h"

#include "plugins/backends/cpu/math/functions.h"

namespace tenon::cpu::TENON_LEVEL {
namespace {

// One element for a whole strip, or a part of the strip.
template <bool single>
TENON_INLINE F32 at(const float* from, int64_t i) {
  return single ? splat(*from) : load(from + i);
}
template <bool single>
TENON_INLINE F32 at_end(const float* from, int64_t i, int64_t lanes) {
  return single ? splat(*from) : load_part(from + i, lanes);
}

template <F32 (*f)(F32)>
void one(void* out, const void* a, const void*, const void*, int64_t count) {
  auto* to = static_cast<float*>(out);
  const auto* x = static_cast<const float*>(a);
  int64_t i = 0;
  for (; i + width <= count; i += width) store(to + i, f(load(x + i)));
  if (i < count) store_part(to + i, f(load_part(x + i, count - i)), count - i);
}

template <F32 (*f)(F32, F32), bool one_a, bool one_b>
void two(void* out, const void* a, const void* b, const void*, int64_t count) {
  auto* to = static_cast<float*>(out);
  const auto* x = static_cast<const float*>(a);
  const auto* y = static_cast<const float*>(b);
  int64_t i = 0;
  for (; i + width <= count; i += width) store(to + i, f(at<one_a>(x, i), at<one_b>(y, i)));
  if (i == count) return;
  const int64_t rest = count - i;
  store_part(to + i, f(at_end<one_a>(x, i, rest), at_end<one_b>(y, i, rest)), rest);
}

void multiply_add(void* out, const void* a, const void* b, const void* c, int64_t count) {
  auto* to = static_cast<float*>(out);
  const auto* x = static_cast<const float*>(a);
  const auto* y = static_cast<const float*>(b);
  const auto* z = static_cast<const float*>(c);
  int64_t i = 0;
  for (; i + width <= count; i += width) store(to + i, fma(load(x + i), load(y + i), load(z + i)));
  if (i == count) return;
  const int64_t rest = count - i;
  store_part(to + i, fma(load_part(x + i, rest), load_part(y + i, rest), load_part(z + i, rest)),
             rest);
}

F32 negative_of(F32 a) { return as_f32(as_i32(a) ^ splat(INT32_MIN)); }
F32 abs_of(F32 a) { return abs(a); }
F32 floor_of(F32 a) { return floor(a); }
F32 ceil_of(F32 a) { return ceil(a); }
F32 round_of(F32 a) { return round(a); }
F32 trunc_of(F32 a) { return trunc(a); }
F32 sqrt_of(F32 a) { return square_root(a); }
F32 exp_of(F32 a) { return exp(a); }
F32 log_of(F32 a) { return log(a); }
F32 sin_of(F32 a) { return sin(a); }
F32 cos_of(F32 a) { return cos(a); }
F32 tan_of(F32 a) { return tan(a); }
F32 asin_of(F32 a) { return asin(a); }
F32 acos_of(F32 a) { return acos(a); }
F32 atan_of(F32 a) { return atan(a); }
F32 sinh_of(F32 a) { return sinh(a); }
F32 cosh_of(F32 a) { return cosh(a); }
F32 tanh_of(F32 a) { return tanh(a); }
F32 asinh_of(F32 a) { return asinh(a); }
F32 acosh_of(F32 a) { return acosh(a); }
F32 atanh_of(F32 a) { return atanh(a); }
F32 erf_of(F32 a) { return erf(a); }
F32 sigmoid_of(F32 a) { return sigmoid(a); }
F32 swish_of(F32 a) { return a / (splat(1.f) + exp(negative_of(a))); }
F32 gelu_of(F32 a) {
  const F32 half = splat(0.5f) * a;
  return half * (splat(1.f) + erf(a * splat(0.7071067811865476f)));
}
F32 square_of(F32 a) { return a * a; }
F32 nan_of(F32 a) { return as_f32((a != a) & splat(int32_t{1})); }
F32 infinite_of(F32 a) { return as_f32((abs(a) == splat(__builtin_inff())) & splat(int32_t{1})); }

F32 add_of(F32 a, F32 b) { return a + b; }
F32 subtract_of(F32 a, F32 b) { return a - b; }
F32 multiply_of(F32 a, F32 b) { return a * b; }
F32 divide_of(F32 a, F32 b) { return a / b; }
F32 floor_divide_of(F32 a, F32 b) { return floor(a / b); }
F32 min_of(F32 a, F32 b) { return a == a ? min(a, b) : a; }
F32 max_of(F32 a, F32 b) { return a == a ? max(a, b) : a; }
F32 pow_of(F32 a, F32 b) { return pow(a, b); }
F32 less_of(F32 a, F32 b) { return as_f32((a < b) & splat(int32_t{1})); }
F32 less_equal_of(F32 a, F32 b) { return as_f32((a <= b) & splat(int32_t{1})); }
F32 equal_of(F32 a, F32 b) { return as_f32((a == b) & splat(int32_t{1})); }
F32 unequal_of(F32 a, F32 b) { return as_f32((a != b) & splat(int32_t{1})); }
F32 rest_of(F32 a, F32 b) {
  F32 found = a;
  for (int i = 0; i < width; ++i) found[i] = __builtin_fmodf(a[i], b[i]);
  return found;
}
F32 modulo_of(F32 a, F32 b) {
  const F32 rest = rest_of(a, b);
  const I32 wrong = (rest != zero()) & ((rest < zero()) ^ (b < zero()));
  return wrong ? rest + b : rest;
}

// Plain loops over integers, which the compiler makes vectors of.
template <class Out, class In, Out (*f)(In)>
void integer_one(void* out, const void* a, const void*, const void*, int64_t count) {
  auto* to = static_cast<Out*>(out);
  const auto* x = static_cast<const In*>(a);
  for (int64_t i = 0; i < count; ++i) to[i] = f(x[i]);
}
template <class Out, class In, Out (*f)(In, In), bool one_a, bool one_b>
void integer_two(void* out, const void* a, const void* b, const void*, int64_t count) {
  auto* to = static_cast<Out*>(out);
  const auto* x = static_cast<const In*>(a);
  const auto* y = static_cast<const In*>(b);
  const In first = *x, second = *y;
  for (int64_t i = 0; i < count; ++i) to[i] = f(one_a ? first : x[i], one_b ? second : y[i]);
}

template <class T>
struct Wrapping;
template <>
struct Wrapping<int32_t> {
  using type = uint32_t;
};
template <>
struct Wrapping<uint32_t> {
  using type = uint32_t;
};
template <>
struct Wrapping<int64_t> {
  using type = uint64_t;
};

template <class T>
struct Integer {
  using U = typename Wrapping<T>::type;
  static constexpr int bits = 8 * sizeof(T);
  static constexpr bool is_signed = T(-1) < T(0);
  static T add(T a, T b) { return T(U(a) + U(b)); }
  static T subtract(T a, T b) { return T(U(a) - U(b)); }
  static T multiply(T a, T b) { return T(U(a) * U(b)); }
  static T negative(T a) { return T(U(0) - U(a)); }
  static T magnitude(T a) { return a < T(0) ? negative(a) : a; }
  static T inverse(T a) { return T(~a); }
  static T both(T a, T b) { return T(a & b); }
  static T either(T a, T b) { return T(a | b); }
  static T differing(T a, T b) { return T(a ^ b); }
  static T smaller(T a, T b) { return b < a ? b : a; }
  static T larger(T a, T b) { return a < b ? b : a; }
  static T left(T a, T b) { return U(b) < U(bits) ? T(U(a) << (U(b) % U(bits))) : T(0); }
  static T right(T a, T b) { return U(b) < U(bits) ? T(a >> (U(b) % U(bits))) : T(0); }
  static T divide(T a, T b) {
    if (b == T(0)) return T(0);
    if (is_signed && b == T(-1)) return negative(a);
    return T(a / b);
  }
  static T remainder(T a, T b) {
    if (b == T(0) || (is_signed && b == T(-1))) return T(0);
    return T(a % b);
  }
  static T modulo(T a, T b) {
    const T rest = remainder(a, b);
    return is_signed && rest != T(0) && (rest < T(0)) != (b < T(0)) ? T(rest + b) : rest;
  }
  static T floor_divide(T a, T b) {
    const T quotient = divide(a, b), rest = remainder(a, b);
    const bool down = is_signed && rest != T(0) && (rest < T(0)) != (b < T(0));
    return down ? T(quotient - 1) : quotient;
  }
  static int32_t less(T a, T b) { return a < b; }
  static int32_t less_equal(T a, T b) { return a <= b; }
  static int32_t equal(T a, T b) { return a == b; }
  static int32_t unequal(T a, T b) { return a != b; }
};
int32_t logical_not(int32_t a) { return a == 0; }

template <class T>
void choose(void* out, const void* a, const void* b, const void* c, int64_t count) {
  auto* to = static_cast<T*>(out);
  const auto* condition = static_cast<const int32_t*>(a);
  const auto* yes = static_cast<const T*>(b);
  const auto* no = static_cast<const T*>(c);
  for (int64_t i = 0; i < count; ++i) to[i] = condition[i] != 0 ? yes[i] : no[i];
}
template <class T>
void spread(void* out, const void* a, const void*, const void*, int64_t count) {
  auto* to = static_cast<T*>(out);
  const T value = *static_cast<const T*>(a);
  for (int64_t i = 0; i < count; ++i) to[i] = value;
}

template <class To, class From>
To converted(From a) {
  return static_cast<To>(a);
}
int32_t truth_of_integer(int32_t a) { return a != 0; }
int32_t truth_of_long(int64_t a) { return a != 0; }
int32_t truth_of_float(float a) { return a != 0; }
// What is too large or small becomes the nearest integer, NaN 0.
template <class To>
To saturated(float a) {
  constexpr bool is_signed = To(-1) < To(0);
  constexpr int bits = 8 * sizeof(To) - (is_signed ? 1 : 0);
  constexpr float beyond = bits == 31 ? 0x1p31f : bits == 32 ? 0x1p32f : 0x1p63f;
  constexpr To high = static_cast<To>(~uint64_t{0} >> (64 - bits));
  constexpr To low = is_signed ? static_cast<To>(-high - 1) : To(0);
  constexpr float least = is_signed ? -beyond : 0.f;
  const float inside = a < beyond && a > least ? a : 0.f;
  const To value = static_cast<To>(inside);
  return a >= beyond ? high : (a <= least ? low : value);
}

void index(int64_t base, int64_t row_step, int64_t step, int64_t rows, int64_t count,
           int64_t* out) {
  for (int64_t r = 0; r < rows; ++r, out += count) {
    const auto first = static_cast<uint64_t>(base) + static_cast<uint64_t>(r * row_step);
    for (int64_t i = 0; i < count; ++i) {
      out[i] = static_cast<int64_t>(first + static_cast<uint64_t>(i) * static_cast<uint64_t>(step));
    }
  }
}

template <F32 (*f)(F32, F32)>
constexpr void set_two(StripStep (&forms)[strip_forms]) {
  forms[both_vary] = two<f, false, false>;
  forms[second_is_one] = two<f, false, true>;
  forms[first_is_one] = two<f, true, false>;
}
template <class Out, class In, Out (*f)(In, In)>
constexpr void set_integers(StripStep (&forms)[strip_forms]) {
  forms[both_vary] = integer_two<Out, In, f, false, false>;
  forms[second_is_one] = integer_two<Out, In, f, false, true>;
  forms[first_is_one] = integer_two<Out, In, f, true, false>;
}

constexpr void set_floats(Elements& t) {
  constexpr size_t f = TENON_TYPE_F32;
  t.steps[TENON_EXPR_NEG][f][0] = one<negative_of>;
  t.steps[TENON_EXPR_ABS][f][0] = one<abs_of>;
  t.steps[TENON_EXPR_FLOOR][f][0] = one<floor_of>;
  t.steps[TENON_EXPR_CEIL][f][0] = one<ceil_of>;
  t.steps[TENON_EXPR_ROUND][f][0] = one<round_of>;
  t.steps[TENON_EXPR_TRUNC][f][0] = one<trunc_of>;
  t.steps[TENON_EXPR_SQRT][f][0] = one<sqrt_of>;
  t.steps[TENON_EXPR_EXP][f][0] = one<exp_of>;
  t.steps[TENON_EXPR_LOG][f][0] = one<log_of>;
  t.steps[TENON_EXPR_SIN][f][0] = one<sin_of>;
  t.steps[TENON_EXPR_COS][f][0] = one<cos_of>;
  t.steps[TENON_EXPR_TAN][f][0] = one<tan_of>;
  t.steps[TENON_EXPR_ASIN][f][0] = one<asin_of>;
  t.steps[TENON_EXPR_ACOS][f][0] = one<acos_of>;
  t.steps[TENON_EXPR_ATAN][f][0] = one<atan_of>;
  t.steps[TENON_EXPR_SINH][f][0] = one<sinh_of>;
  t.steps[TENON_EXPR_COSH][f][0] = one<cosh_of>;
  t.steps[TENON_EXPR_TANH][f][0] = one<tanh_of>;
  t.steps[TENON_EXPR_ASINH][f][0] = one<asinh_of>;
  t.steps[TENON_EXPR_ACOSH][f][0] = one<acosh_of>;
  t.steps[TENON_EXPR_ATANH][f][0] = one<atanh_of>;
  t.steps[TENON_EXPR_ERF][f][0] = one<erf_of>;
  t.steps[TENON_EXPR_ISNAN][f][0] = one<nan_of>;
  t.steps[TENON_EXPR_ISINF][f][0] = one<infinite_of>;
  t.steps[strip_sigmoid][f][0] = one<sigmoid_of>;
  t.steps[strip_swish][f][0] = one<swish_of>;
  t.steps[strip_gelu][f][0] = one<gelu_of>;
  t.steps[strip_square][f][0] = one<square_of>;
  set_two<add_of>(t.steps[TENON_EXPR_ADD][f]);
  set_two<subtract_of>(t.steps[TENON_EXPR_SUB][f]);
  set_two<multiply_of>(t.steps[TENON_EXPR_MUL][f]);
  set_two<divide_of>(t.steps[TENON_EXPR_DIV][f]);
  set_two<floor_divide_of>(t.steps[TENON_EXPR_FLOORDIV][f]);
  set_two<min_of>(t.steps[TENON_EXPR_MIN][f]);
  set_two<max_of>(t.steps[TENON_EXPR_MAX][f]);
  set_two<pow_of>(t.steps[TENON_EXPR_POW][f]);
  set_two<rest_of>(t.steps[TENON_EXPR_REM][f]);
  set_two<modulo_of>(t.steps[TENON_EXPR_MOD][f]);
  set_two<less_of>(t.steps[TENON_EXPR_LT][f]);
  set_two<less_equal_of>(t.steps[TENON_EXPR_LE][f]);
  set_two<equal_of>(t.steps[TENON_EXPR_EQ][f]);
  set_two<unequal_of>(t.steps[TENON_EXPR_NE][f]);
  t.steps[TENON_EXPR_SELECT][f][0] = choose<uint32_t>;
}

template <class T>
constexpr void set_integers(Elements& t, size_t type) {
  using I = Integer<T>;
  t.steps[TENON_EXPR_NEG][type][0] = integer_one<T, T, I::negative>;
  t.steps[TENON_EXPR_ABS][type][0] = integer_one<T, T, I::magnitude>;
  t.steps[TENON_EXPR_NOT][type][0] = integer_one<T, T, I::inverse>;
  set_integers<T, T, I::add>(t.steps[TENON_EXPR_ADD][type]);
  set_integers<T, T, I::subtract>(t.steps[TENON_EXPR_SUB][type]);
  set_integers<T, T, I::multiply>(t.steps[TENON_EXPR_MUL][type]);
  set_integers<T, T, I::divide>(t.steps[TENON_EXPR_DIV][type]);
  set_integers<T, T, I::remainder>(t.steps[TENON_EXPR_REM][type]);
  set_integers<T, T, I::modulo>(t.steps[TENON_EXPR_MOD][type]);
  set_integers<T, T, I::floor_divide>(t.steps[TENON_EXPR_FLOORDIV][type]);
  set_integers<T, T, I::smaller>(t.steps[TENON_EXPR_MIN][type]);
  set_integers<T, T, I::larger>(t.steps[TENON_EXPR_MAX][type]);
  set_integers<T, T, I::both>(t.steps[TENON_EXPR_AND][type]);
  set_integers<T, T, I::either>(t.steps[TENON_EXPR_OR][type]);
  set_integers<T, T, I::differing>(t.steps[TENON_EXPR_XOR][type]);
  set_integers<T, T, I::left>(t.steps[TENON_EXPR_SHL][type]);
  set_integers<T, T, I::right>(t.steps[TENON_EXPR_SHR][type]);
  set_integers<int32_t, T, I::less>(t.steps[TENON_EXPR_LT][type]);
  set_integers<int32_t, T, I::less_equal>(t.steps[TENON_EXPR_LE][type]);
  set_integers<int32_t, T, I::equal>(t.steps[TENON_EXPR_EQ][type]);
  set_integers<int32_t, T, I::unequal>(t.steps[TENON_EXPR_NE][type]);
  t.steps[TENON_EXPR_SELECT][type][0] = choose<T>;
}

// Of bool, what keeps it 0 or 1.
constexpr void set_truths(Elements& t) {
  constexpr size_t type = TENON_TYPE_BOOL;
  using I = Integer<int32_t>;
  t.steps[TENON_EXPR_NOT][type][0] = integer_one<int32_t, int32_t, logical_not>;
  set_integers<int32_t, int32_t, I::both>(t.steps[TENON_EXPR_AND][type]);
  set_integers<int32_t, int32_t, I::either>(t.steps[TENON_EXPR_OR][type]);
  set_integers<int32_t, int32_t, I::differing>(t.steps[TENON_EXPR_XOR][type]);
  set_integers<int32_t, int32_t, I::smaller>(t.steps[TENON_EXPR_MIN][type]);
  set_integers<int32_t, int32_t, I::larger>(t.steps[TENON_EXPR_MAX][type]);
  set_integers<int32_t, int32_t, I::less>(t.steps[TENON_EXPR_LT][type]);
  set_integers<int32_t, int32_t, I::less_equal>(t.steps[TENON_EXPR_LE][type]);
  set_integers<int32_t, int32_t, I::equal>(t.steps[TENON_EXPR_EQ][type]);
  set_integers<int32_t, int32_t, I::unequal>(t.steps[TENON_EXPR_NE][type]);
  t.steps[TENON_EXPR_SELECT][type][0] = choose<int32_t>;
}

constexpr void set_casts(Elements& t) {
  constexpr size_t b = TENON_TYPE_BOOL, i = TENON_TYPE_I32, u = TENON_TYPE_U32, l = TENON_TYPE_I64,
                   f = TENON_TYPE_F32;
  constexpr StripStep keep = integer_one<int32_t, int32_t, converted<int32_t, int32_t>>;
  t.casts[i][b] = t.casts[u][b] = t.casts[i][u] = t.casts[u][i] = keep;
  t.casts[l][b] = t.casts[l][i] = integer_one<int64_t, int32_t, converted<int64_t, int32_t>>;
  t.casts[l][u] = integer_one<int64_t, uint32_t, converted<int64_t, uint32_t>>;
  t.casts[i][l] = t.casts[u][l] = integer_one<int32_t, int64_t, converted<int32_t, int64_t>>;
  t.casts[b][i] = t.casts[b][u] = integer_one<int32_t, int32_t, truth_of_integer>;
  t.casts[b][l] = integer_one<int32_t, int64_t, truth_of_long>;
  t.casts[b][f] = integer_one<int32_t, float, truth_of_float>;
  t.casts[f][b] = t.casts[f][i] = integer_one<float, int32_t, converted<float, int32_t>>;
  t.casts[f][u] = integer_one<float, uint32_t, converted<float, uint32_t>>;
  t.casts[f][l] = integer_one<float, int64_t, converted<float, int64_t>>;
  t.casts[i][f] = integer_one<int32_t, float, saturated<int32_t>>;
  t.casts[u][f] = integer_one<uint32_t, float, saturated<uint32_t>>;
  t.casts[l][f] = integer_one<int64_t, float, saturated<int64_t>>;
}

constexpr Elements make_elements() {
  Elements t = {};
  set_floats(t);
  set_integers<int32_t>(t, TENON_TYPE_I32);
  set_integers<uint32_t>(t, TENON_TYPE_U32);
  set_integers<int64_t>(t, TENON_TYPE_I64);
  set_truths(t);
  set_casts(t);
  t.spread[0] = spread<uint32_t>;
  t.spread[1] = spread<uint64_t>;
  t.multiply_add = multiply_add;
  t.index = index;
  return t;
}

}  // namespace

extern const Elements elements;
const Elements elements = make_elements();

}  // namespace tenon::cpu::TENON_LEVEL
