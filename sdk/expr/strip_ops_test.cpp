// SPDX-License-Identifier: Apache-2.0
#include "tenon/expr.h"
#include "tenon/expr_ops.h"
#include "tenon/strip_vm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <vector>

// Every operation on every type against a loop in plain C++ on the type itself.
namespace tenon {
namespace {

template <class T>
struct Kind;
template <>
struct Kind<int32_t> {
  static constexpr DType dtype = DType::i32;
  using Unsigned = uint32_t;
};
template <>
struct Kind<uint32_t> {
  static constexpr DType dtype = DType::u32;
  using Unsigned = uint32_t;
};
template <>
struct Kind<int64_t> {
  static constexpr DType dtype = DType::i64;
  using Unsigned = uint64_t;
};
template <>
struct Kind<uint64_t> {
  static constexpr DType dtype = DType::u64;
  using Unsigned = uint64_t;
};
template <>
struct Kind<float> {
  static constexpr DType dtype = DType::f32;
};
template <>
struct Kind<double> {
  static constexpr DType dtype = DType::f64;
};

template <class T>
std::vector<T> interesting() {
  using L = std::numeric_limits<T>;
  if constexpr (std::is_floating_point_v<T>) {
    return {0,        -T(0), 1,       -1,        T(0.5),        T(-0.5),        T(2.5),
            T(-3.75), 7,     T(1e10), -T(1e-10), L::infinity(), -L::infinity(), L::quiet_NaN()};
  } else {
    return {0,
            1,
            2,
            3,
            5,
            7,
            31,
            32,
            63,
            64,
            static_cast<T>(-1),
            static_cast<T>(-2),
            static_cast<T>(-7),
            L::max(),
            L::min(),
            static_cast<T>(L::max() - 1),
            100000};
  }
}

// Results of an operation on all pairs of interesting numbers.
template <class Out, class T>
std::vector<Out> computed(uint16_t op, DType out_dtype) {
  std::vector<T> a, b;
  for (const T x : interesting<T>()) {
    for (const T y : interesting<T>()) {
      a.push_back(x);
      b.push_back(y);
    }
  }
  ExprPool pool;
  const Type type = type_of(Kind<T>::dtype);
  const Expr x = pool.load(0, type), y = pool.load(1, type);
  const Expr e = expr_op(op).operands == 1 ? pool.unary(op, x) : pool.binary(op, x, y);
  const auto count = static_cast<int64_t>(a.size());
  const auto program = StripProgram::compile(pool.rows(), e.id(), 2);
  std::vector<Out> out(a.size());
  const StripOperand operands[] = {{a.data(), Kind<T>::dtype, count},
                                   {b.data(), Kind<T>::dtype, count}};
  const int64_t dims[] = {count};
  if (program.ok()) program->run(operands, {}, dims, out_dtype, out.data(), 0, count);
  return out;
}

template <class Out, class T>
void expect_all(uint16_t op, DType out_dtype, const std::function<Out(T, T)>& expected) {
  const std::vector<Out> out = computed<Out, T>(op, out_dtype);
  size_t i = 0;
  for (const T x : interesting<T>()) {
    for (const T y : interesting<T>()) {
      const Out wanted = expected(x, y);
      const bool both_nan = wanted != wanted && out[i] != out[i];
      EXPECT_TRUE(both_nan || out[i] == wanted)
          << expr_op(op).name << " " << name_of(Kind<T>::dtype) << " of " << +x << " and " << +y
          << ": " << +out[i] << ", expected " << +wanted;
      ++i;
    }
  }
}

template <class T>
T floor_quotient(T a, T b) {
  if (b == 0) return 0;
  if constexpr (std::is_signed_v<T>) {
    if (b == -1) return static_cast<T>(0 - static_cast<typename Kind<T>::Unsigned>(a));
  }
  const T quotient = static_cast<T>(a / b);
  return static_cast<T>(quotient * b != a && (a < 0) != (b < 0) ? quotient - 1 : quotient);
}

template <class T>
T whole_power(T base, T exponent) {
  using U = typename Kind<T>::Unsigned;
  if (exponent < 0)
    return base == 1 ? 1 : base == static_cast<T>(-1) ? (exponent % 2 == 0 ? 1 : -1) : 0;
  // Powers of two apart, so that the loop ends: x^(2^k) by squaring k times.
  U result = 1, square = static_cast<U>(base);
  for (int bit = 0; bit < std::numeric_limits<U>::digits; ++bit) {
    if ((static_cast<U>(exponent) >> bit & 1) != 0) result = static_cast<U>(result * square);
    square = static_cast<U>(square * square);
  }
  return static_cast<T>(result);
}

template <class T>
void check_integers() {
  using U = typename Kind<T>::Unsigned;
  constexpr U bits = sizeof(T) * 8;
  constexpr DType own = Kind<T>::dtype;
  const auto binary = [&](uint16_t op, T (*f)(T, T)) { expect_all<T, T>(op, own, f); };
  const auto compare = [&](uint16_t op, uint8_t (*f)(T, T)) {
    expect_all<uint8_t, T>(op, DType::boolean, f);
  };
  binary(TENON_EXPR_NEG, [](T a, T) { return static_cast<T>(U{0} - static_cast<U>(a)); });
  binary(TENON_EXPR_ABS,
         [](T a, T) { return a < 0 ? static_cast<T>(U{0} - static_cast<U>(a)) : a; });
  binary(TENON_EXPR_NOT, [](T a, T) { return static_cast<T>(~a); });
  binary(TENON_EXPR_ADD,
         [](T a, T b) { return static_cast<T>(static_cast<U>(a) + static_cast<U>(b)); });
  binary(TENON_EXPR_SUB,
         [](T a, T b) { return static_cast<T>(static_cast<U>(a) - static_cast<U>(b)); });
  binary(TENON_EXPR_MUL,
         [](T a, T b) { return static_cast<T>(static_cast<U>(a) * static_cast<U>(b)); });
  binary(TENON_EXPR_DIV, [](T a, T b) -> T {
    if (b == 0) return 0;
    if (std::is_signed_v<T> && b == static_cast<T>(-1))
      return static_cast<T>(U{0} - static_cast<U>(a));
    return static_cast<T>(a / b);
  });
  binary(TENON_EXPR_REM, [](T a, T b) -> T {
    if (b == 0 || (std::is_signed_v<T> && b == static_cast<T>(-1))) return 0;
    return static_cast<T>(a % b);
  });
  binary(TENON_EXPR_FLOORDIV, floor_quotient<T>);
  binary(TENON_EXPR_MOD, [](T a, T b) -> T {
    if (b == 0) return 0;
    return static_cast<T>(static_cast<U>(a) -
                          static_cast<U>(floor_quotient(a, b)) * static_cast<U>(b));
  });
  binary(TENON_EXPR_MIN, [](T a, T b) { return a < b ? a : b; });
  binary(TENON_EXPR_MAX, [](T a, T b) { return a < b ? b : a; });
  binary(TENON_EXPR_POW, whole_power<T>);
  binary(TENON_EXPR_AND, [](T a, T b) { return static_cast<T>(a & b); });
  binary(TENON_EXPR_OR, [](T a, T b) { return static_cast<T>(a | b); });
  binary(TENON_EXPR_XOR, [](T a, T b) { return static_cast<T>(a ^ b); });
  binary(TENON_EXPR_SHL, [](T a, T b) -> T {
    return b < 0 || static_cast<U>(b) >= bits ? T{0} : static_cast<T>(static_cast<U>(a) << b);
  });
  binary(TENON_EXPR_SHR, [](T a, T b) -> T {
    return b < 0 || static_cast<U>(b) >= bits ? T{0} : static_cast<T>(a >> b);
  });
  compare(TENON_EXPR_LT, [](T a, T b) -> uint8_t { return a < b; });
  compare(TENON_EXPR_LE, [](T a, T b) -> uint8_t { return a <= b; });
  compare(TENON_EXPR_EQ, [](T a, T b) -> uint8_t { return a == b; });
  compare(TENON_EXPR_NE, [](T a, T b) -> uint8_t { return a != b; });
}

TEST(StripOps, of_i32) { check_integers<int32_t>(); }
TEST(StripOps, of_u32) { check_integers<uint32_t>(); }
TEST(StripOps, of_i64) { check_integers<int64_t>(); }
TEST(StripOps, of_u64) { check_integers<uint64_t>(); }

// Floats are computed in f64 and rounded at the store.
template <class T>
void check_floats() {
  const std::map<uint16_t, double (*)(double)> unary = {
      {TENON_EXPR_NEG, [](double a) { return -a; }},
      {TENON_EXPR_ABS, [](double a) { return std::fabs(a); }},
      {TENON_EXPR_FLOOR, [](double a) { return std::floor(a); }},
      {TENON_EXPR_CEIL, [](double a) { return std::ceil(a); }},
      {TENON_EXPR_ROUND, [](double a) { return std::rint(a); }},
      {TENON_EXPR_TRUNC, [](double a) { return std::trunc(a); }},
      {TENON_EXPR_SQRT, [](double a) { return std::sqrt(a); }},
      {TENON_EXPR_EXP, [](double a) { return std::exp(a); }},
      {TENON_EXPR_LOG, [](double a) { return std::log(a); }},
      {TENON_EXPR_SIN, [](double a) { return std::sin(a); }},
      {TENON_EXPR_COS, [](double a) { return std::cos(a); }},
      {TENON_EXPR_TAN, [](double a) { return std::tan(a); }},
      {TENON_EXPR_ASIN, [](double a) { return std::asin(a); }},
      {TENON_EXPR_ACOS, [](double a) { return std::acos(a); }},
      {TENON_EXPR_ATAN, [](double a) { return std::atan(a); }},
      {TENON_EXPR_SINH, [](double a) { return std::sinh(a); }},
      {TENON_EXPR_COSH, [](double a) { return std::cosh(a); }},
      {TENON_EXPR_TANH, [](double a) { return std::tanh(a); }},
      {TENON_EXPR_ASINH, [](double a) { return std::asinh(a); }},
      {TENON_EXPR_ACOSH, [](double a) { return std::acosh(a); }},
      {TENON_EXPR_ATANH, [](double a) { return std::atanh(a); }},
      {TENON_EXPR_ERF, [](double a) { return std::erf(a); }}};
  for (const auto& [op, f] : unary) {
    expect_all<T, T>(op, Kind<T>::dtype, [f = f](T a, T) { return static_cast<T>(f(a)); });
  }
  const std::map<uint16_t, double (*)(double, double)> binary = {
      {TENON_EXPR_ADD, [](double a, double b) { return a + b; }},
      {TENON_EXPR_SUB, [](double a, double b) { return a - b; }},
      {TENON_EXPR_MUL, [](double a, double b) { return a * b; }},
      {TENON_EXPR_DIV, [](double a, double b) { return a / b; }},
      {TENON_EXPR_REM, [](double a, double b) { return std::fmod(a, b); }},
      {TENON_EXPR_MOD,
       [](double a, double b) {
         const double r = std::fmod(a, b);
         return r != 0 && std::signbit(r) != std::signbit(b) ? r + b : r;
       }},
      {TENON_EXPR_FLOORDIV, [](double a, double b) { return std::floor(a / b); }},
      {TENON_EXPR_MIN,
       [](double a, double b) { return std::isnan(a) || std::isnan(b) ? NAN : std::fmin(a, b); }},
      {TENON_EXPR_MAX,
       [](double a, double b) { return std::isnan(a) || std::isnan(b) ? NAN : std::fmax(a, b); }},
      {TENON_EXPR_POW, [](double a, double b) { return std::pow(a, b); }}};
  for (const auto& [op, f] : binary) {
    expect_all<T, T>(op, Kind<T>::dtype, [f = f](T a, T b) { return static_cast<T>(f(a, b)); });
  }
  const std::map<uint16_t, bool (*)(T, T)> tests = {
      {TENON_EXPR_ISNAN, [](T a, T) { return std::isnan(a); }},
      {TENON_EXPR_ISINF, [](T a, T) { return std::isinf(a); }},
      {TENON_EXPR_LT, [](T a, T b) { return a < b; }},
      {TENON_EXPR_LE, [](T a, T b) { return a <= b; }},
      {TENON_EXPR_EQ, [](T a, T b) { return a == b; }},
      {TENON_EXPR_NE, [](T a, T b) { return a != b; }}};
  for (const auto& [op, f] : tests) {
    expect_all<uint8_t, T>(op, DType::boolean,
                           [f = f](T a, T b) { return static_cast<uint8_t>(f(a, b)); });
  }
}

TEST(StripOps, of_f32) { check_floats<float>(); }
TEST(StripOps, of_f64) { check_floats<double>(); }

// A cast of every type to every other, on the interesting numbers.
template <class From, class To>
void check_cast() {
  const std::vector<From> in = interesting<From>();
  const auto count = static_cast<int64_t>(in.size());
  ExprPool pool;
  const Expr e = pool.cast(pool.load(0, type_of(Kind<From>::dtype)), type_of(Kind<To>::dtype));
  const auto program = StripProgram::compile(pool.rows(), e.id(), 1);
  std::vector<To> out(in.size());
  const StripOperand operand{in.data(), Kind<From>::dtype, count};
  const int64_t dims[] = {count};
  program->run({&operand, 1}, {}, dims, Kind<To>::dtype, out.data(), 0, count);
  for (size_t i = 0; i < in.size(); ++i) {
    To wanted{};
    if constexpr (std::is_floating_point_v<From> && !std::is_floating_point_v<To>) {
      using L = std::numeric_limits<To>;
      const auto value = static_cast<long double>(in[i]);
      if (value != value)
        wanted = 0;
      else if (value >= static_cast<long double>(L::max()))
        wanted = L::max();
      else if (value <= static_cast<long double>(L::min()))
        wanted = L::min();
      else
        wanted = static_cast<To>(value);
    } else {
      wanted = static_cast<To>(in[i]);
    }
    const bool both_nan = wanted != wanted && out[i] != out[i];
    EXPECT_TRUE(both_nan || out[i] == wanted)
        << +in[i] << " from " << name_of(Kind<From>::dtype) << " to " << name_of(Kind<To>::dtype)
        << ": " << +out[i];
  }
}

template <class From>
void check_casts() {
  check_cast<From, int32_t>();
  check_cast<From, uint32_t>();
  check_cast<From, int64_t>();
  check_cast<From, uint64_t>();
  check_cast<From, float>();
  check_cast<From, double>();
}

TEST(StripOps, cast_every_type_to_every_other) {
  check_casts<int32_t>();
  check_casts<uint32_t>();
  check_casts<int64_t>();
  check_casts<uint64_t>();
  check_casts<float>();
  check_casts<double>();
}

}  // namespace
}  // namespace tenon
