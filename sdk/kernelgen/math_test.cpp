// SPDX-License-Identifier: Apache-2.0
#include "tenon/kernelgen/math.h"

#include "tenon/kernelgen/interpreter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace tenon::kir {
namespace {

std::vector<float> evaluate_on(Function function, std::vector<float> x, std::vector<float> y,
                               bool has_f64) {
  Builder b("math", {64, 1, 1});
  const Buffer in = b.buffer(DType::f32, false);
  const Buffer second = b.buffer(DType::f32, false);
  const Buffer out = b.buffer(DType::f32, true);
  const Value i = b.thread(0);
  const Value count = b.integer(static_cast<int64_t>(x.size()));
  b.when(i < count,
         [&] { b.store(out, i, elementary(function, b.load(in, i), b.load(second, i), has_f64)); });
  std::vector<float> result(x.size());
  const Argument arguments[] = {{.data = x.data(), .elements = x.size()},
                                {.data = y.data(), .elements = y.size()},
                                {.data = result.data(), .elements = x.size()}};
  const Status status =
      interpret(b.finish(), {static_cast<uint32_t>(x.size() + 63) / 64, 1, 1}, arguments);
  EXPECT_TRUE(status.ok()) << status.message();
  return result;
}

std::vector<float> grid(double from, double to, size_t count) {
  std::vector<float> points;
  for (size_t i = 0; i < count; ++i) {
    points.push_back(static_cast<float>(from + (to - from) * static_cast<double>(i) /
                                                   static_cast<double>(count - 1)));
  }
  return points;
}

double ulp(double value) {
  const auto narrow = static_cast<float>(std::fabs(value));
  const float next = std::nextafter(narrow, std::numeric_limits<float>::infinity());
  return std::isfinite(next) ? static_cast<double>(next) - static_cast<double>(narrow) : 1;
}

struct Case {
  const char* name;
  Function function;
  double (*exact)(double);
  double from;
  double to;
  double max_ulp;
  double max_absolute;  // an error below this is accepted too
};

constexpr Case cases[] = {
    {"exp", Function::exp, std::exp, -87, 88, 4, 0},
    {"log", Function::log, std::log, 1e-3, 30, 4, 0},
    {"sinh", Function::sinh, std::sinh, -80, 80, 4, 0},
    {"sinh near 0", Function::sinh, std::sinh, -2, 2, 4, 0},
    {"cosh", Function::cosh, std::cosh, -80, 80, 4, 0},
    {"tanh", Function::tanh, std::tanh, -12, 12, 4, 0},
    {"erf", Function::erf, std::erf, -5, 5, 4, 1e-7},
    {"asinh", Function::asinh, std::asinh, -60, 60, 4, 0},
    {"acosh", Function::acosh, std::acosh, 1, 60, 4, 0},
    {"acosh near 1", Function::acosh, std::acosh, 1, 1.01, 4, 0},
    {"atanh", Function::atanh, std::atanh, -0.999, 0.999, 4, 0},
    {"sin", Function::sin, std::sin, -6000, 6000, 4, 2e-7},
    {"cos", Function::cos, std::cos, -6000, 6000, 4, 2e-7},
    {"tan", Function::tan, std::tan, -1.5, 1.5, 8, 1e-6},
    {"asin", Function::asin, std::asin, -1, 1, 4, 0},
    {"acos", Function::acos, std::acos, -1, 1, 4, 1e-7},
    {"atan", Function::atan, std::atan, -40, 40, 4, 0},
};

TEST(Math, stays_within_its_stated_error) {
  for (const Case& at : cases) {
    const std::vector<float> x = grid(at.from, at.to, 20001);
    for (const bool has_f64 : {false, true}) {
      const std::vector<float> y = evaluate_on(at.function, x, x, has_f64);
      double worst = 0;
      float where = 0;
      for (size_t i = 0; i < x.size(); ++i) {
        const double exact = at.exact(static_cast<double>(x[i]));
        const double error = std::fabs(static_cast<double>(y[i]) - exact);
        if (error <= at.max_absolute) continue;
        if (!(error / ulp(exact) <= worst)) {
          worst = error / ulp(exact);
          where = x[i];
        }
      }
      EXPECT_LE(worst, at.max_ulp) << at.name << " at " << where;
    }
  }
}

TEST(Math, widened_angles_stay_exact_to_a_million) {
  const std::vector<float> x = grid(-1e6, 1e6, 20001);
  const std::vector<float> y = evaluate_on(Function::sin, x, x, true);
  for (size_t i = 0; i < x.size(); ++i) {
    ASSERT_NEAR(static_cast<double>(y[i]), std::sin(static_cast<double>(x[i])), 2e-7) << x[i];
  }
}

TEST(Math, powers_stay_within_their_stated_error) {
  std::vector<float> x;
  std::vector<float> y;
  for (const float base : grid(0.01, 20, 150)) {
    for (const float exponent : grid(-20, 20, 101)) {
      x.push_back(base);
      y.push_back(exponent);
    }
  }
  const std::vector<float> z = evaluate_on(Function::pow, x, y, false);
  for (size_t i = 0; i < x.size(); ++i) {
    const double exact = std::pow(static_cast<double>(x[i]), static_cast<double>(y[i]));
    if (exact > 3e38 || exact < 1e-37) continue;
    const double bound = 2e-7 * (1 + std::fabs(static_cast<double>(y[i])));
    ASSERT_LE(std::fabs(static_cast<double>(z[i]) - exact) / exact, bound) << x[i] << "^" << y[i];
  }
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
  const std::vector<float> z = evaluate_on(Function::pow, x, y, false);
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
  const std::vector<float> e = evaluate_on(Function::exp, values, values, false);
  const std::vector<float> l = evaluate_on(Function::log, values, values, false);
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
