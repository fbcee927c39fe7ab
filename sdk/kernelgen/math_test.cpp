// SPDX-License-Identifier: Apache-2.0
#include "tenon/kernelgen/math.h"

#include "tenon/kernelgen/interpreter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace tenon::kir {
namespace {

template <class F>
constexpr DType dtype_of = sizeof(F) == 4 ? DType::f32 : DType::f64;

template <class F>
std::vector<F> evaluate_on(Function function, std::vector<F> x, std::vector<F> y, bool has_f64) {
  Builder b("math", {64, 1, 1});
  const Buffer in = b.buffer(dtype_of<F>, false);
  const Buffer second = b.buffer(dtype_of<F>, false);
  const Buffer out = b.buffer(dtype_of<F>, true);
  const Value i = b.thread(0);
  const Value count = b.integer(static_cast<int64_t>(x.size()));
  b.when(i < count,
         [&] { b.store(out, i, elementary(function, b.load(in, i), b.load(second, i), has_f64)); });
  std::vector<F> result(x.size());
  const Argument arguments[] = {{.data = x.data(), .elements = x.size()},
                                {.data = y.data(), .elements = y.size()},
                                {.data = result.data(), .elements = x.size()}};
  const Status status =
      interpret(b.finish(), {static_cast<uint32_t>(x.size() + 63) / 64, 1, 1}, arguments);
  EXPECT_TRUE(status.ok()) << status.message();
  return result;
}

template <class F>
std::vector<F> grid(double from, double to, size_t count) {
  std::vector<F> points;
  for (size_t i = 0; i < count; ++i) {
    points.push_back(static_cast<F>(from + (to - from) * static_cast<double>(i) /
                                               static_cast<double>(count - 1)));
  }
  return points;
}

template <class F>
long double ulp(long double value) {
  const F rounded = std::fabs(static_cast<F>(value));
  const F next = std::nextafter(rounded, std::numeric_limits<F>::infinity());
  return std::isfinite(next) ? static_cast<long double>(next) - rounded : 1;
}

struct Case {
  const char* name;
  Function function;
  long double (*exact)(long double);
  double from;
  double to;
  double max_ulp;
};

constexpr Case cases[] = {
    {"exp", Function::exp, expl, -87, 88, 2},
    {"log", Function::log, logl, 1e-3, 30, 2},
    {"log near 1", Function::log, logl, 0.9, 1.1, 2},
    {"sinh", Function::sinh, sinhl, -80, 80, 2},
    {"sinh near 0", Function::sinh, sinhl, -2, 2, 2},
    {"cosh", Function::cosh, coshl, -80, 80, 2},
    {"tanh", Function::tanh, tanhl, -12, 12, 2},
    {"erf", Function::erf, erfl, -5, 5, 4},
    {"asinh", Function::asinh, asinhl, -60, 60, 4},
    {"asinh near 0", Function::asinh, asinhl, -1, 1, 4},
    {"acosh", Function::acosh, acoshl, 1, 60, 4},
    {"acosh near 1", Function::acosh, acoshl, 1, 1.01, 4},
    {"atanh", Function::atanh, atanhl, -0.999, 0.999, 2},
    {"sin", Function::sin, sinl, -100, 100, 3},
    {"sin of thousands", Function::sin, sinl, -6000, 6000, 3},
    {"sin of millions", Function::sin, sinl, -1e7, 1e7, 3},
    {"sin of more", Function::sin, sinl, -1e17, 1e17, 3},
    {"cos", Function::cos, cosl, -100, 100, 3},
    {"cos of millions", Function::cos, cosl, -1e7, 1e7, 3},
    {"tan", Function::tan, tanl, -1.5, 1.5, 4},
    {"tan of thousands", Function::tan, tanl, -6000, 6000, 4},
    {"asin", Function::asin, asinl, -1, 1, 3},
    {"acos", Function::acos, acosl, -1, 1, 2},
    {"atan", Function::atan, atanl, -40, 40, 4},
};

template <class F>
void expect_within(const Case& at, bool has_f64) {
  const std::vector<F> x = grid<F>(at.from, at.to, 10001);
  const std::vector<F> y = evaluate_on<F>(at.function, x, x, has_f64);
  long double worst = 0;
  F where = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const long double exact = at.exact(x[i]);
    const long double error = std::fabs(y[i] - exact) / ulp<F>(exact);
    if (error <= worst) continue;
    worst = error;
    where = x[i];
  }
  EXPECT_LE(worst, at.max_ulp) << at.name << " at " << where;
}

TEST(Math, stays_within_its_stated_error) {
  for (const Case& at : cases) {
    expect_within<float>(at, false);
    expect_within<float>(at, true);
    expect_within<double>(at, true);
  }
}

template <class F>
void expect_powers_within(double share) {
  std::vector<F> x;
  std::vector<F> y;
  for (const F base : grid<F>(0.01, 20, 150)) {
    for (const F exponent : grid<F>(-20, 20, 101)) {
      x.push_back(base);
      y.push_back(exponent);
    }
  }
  const std::vector<F> z = evaluate_on<F>(Function::pow, x, y, sizeof(F) == 8);
  for (size_t i = 0; i < x.size(); ++i) {
    const long double exact = powl(x[i], y[i]);
    if (exact > 3e38 || exact < 1e-37) continue;
    const double bound =
        share * (1 + std::fabs(static_cast<double>(y[i]) * std::log(static_cast<double>(x[i]))));
    ASSERT_LE(std::fabs(z[i] - exact) / exact, bound) << x[i] << "^" << y[i];
  }
}

TEST(Math, powers_stay_within_their_stated_error) {
  expect_powers_within<float>(2e-7);
  expect_powers_within<double>(1e-15);
}

TEST(Math, special_values_are_those_of_the_standard_library) {
  const float inf = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> values = {0.0f, -0.0f, 1,    -1,  2,      -2,    0.5f,  3,
                                     -3,   inf,   -inf, nan, 1e-40f, 1e30f, -1e30f};
  std::vector<float> x;
  std::vector<float> y;
  for (const float a : values) {
    for (const float b : values) {
      x.push_back(a);
      y.push_back(b);
    }
  }
  const std::vector<float> z = evaluate_on<float>(Function::pow, x, y, false);
  for (size_t i = 0; i < x.size(); ++i) {
    const float exact = std::pow(x[i], y[i]);
    if (std::isnan(exact)) {
      EXPECT_TRUE(std::isnan(z[i])) << x[i] << "^" << y[i] << " = " << z[i];
    } else if (std::isinf(exact) || exact == 0) {
      EXPECT_EQ(z[i], exact) << x[i] << "^" << y[i];
    } else {
      EXPECT_NEAR(z[i] / exact, 1, 1e-5) << x[i] << "^" << y[i];
    }
  }
  const std::vector<float> e = evaluate_on<float>(Function::exp, values, values, false);
  const std::vector<float> l = evaluate_on<float>(Function::log, values, values, false);
  for (size_t i = 0; i < values.size(); ++i) {
    for (const auto& [found, exact] :
         {std::pair(e[i], std::exp(values[i])), std::pair(l[i], std::log(values[i]))}) {
      if (std::isnan(exact))
        EXPECT_TRUE(std::isnan(found)) << values[i];
      else if (std::isinf(exact))
        EXPECT_EQ(found, exact) << values[i];
      else
        EXPECT_NEAR(found, exact, 1e-5) << values[i];
    }
  }
}

template <class F>
void expect_exact_remainders(DType dtype) {
  constexpr F inf = std::numeric_limits<F>::infinity();
  constexpr F tiny = std::numeric_limits<F>::denorm_min();
  constexpr F huge = std::numeric_limits<F>::max();
  const std::vector<F> values = {F(0),
                                 F(-0.0),
                                 F(1),
                                 F(-1),
                                 F(5.5),
                                 F(-7.25),
                                 F(1e-3),
                                 F(3e10),
                                 tiny,
                                 -tiny,
                                 7 * tiny,
                                 std::numeric_limits<F>::min(),
                                 huge,
                                 -huge,
                                 inf,
                                 -inf,
                                 std::numeric_limits<F>::quiet_NaN(),
                                 F(0.1)};
  std::vector<F> x, y;
  for (const F a : values) {
    for (const F b : values) {
      x.push_back(a);
      y.push_back(b);
    }
  }
  Builder b("remainders", {1, 1, 1});
  const Buffer left = b.buffer(dtype, false);
  const Buffer right = b.buffer(dtype, false);
  const Buffer out = b.buffer(dtype, true);
  const Value i = b.thread(0);
  b.store(out, i, remainder(b.load(left, i), b.load(right, i)));
  std::vector<F> z(x.size());
  const Argument arguments[] = {{.data = x.data(), .elements = x.size()},
                                {.data = y.data(), .elements = y.size()},
                                {.data = z.data(), .elements = z.size()}};
  const Status status = interpret(b.finish(), {static_cast<uint32_t>(x.size()), 1, 1}, arguments);
  ASSERT_TRUE(status.ok()) << status.message();
  for (size_t k = 0; k < x.size(); ++k) {
    const F exact = std::fmod(x[k], y[k]);
    if (std::isnan(exact)) {
      EXPECT_TRUE(std::isnan(z[k])) << x[k] << " % " << y[k] << " = " << z[k];
      continue;
    }
    EXPECT_EQ(z[k], exact) << x[k] << " % " << y[k];
    EXPECT_EQ(std::signbit(z[k]), std::signbit(exact)) << x[k] << " % " << y[k];
  }
}

TEST(Math, remainders_are_exact) {
  expect_exact_remainders<float>(DType::f32);
  expect_exact_remainders<double>(DType::f64);
}

}  // namespace
}  // namespace tenon::kir
