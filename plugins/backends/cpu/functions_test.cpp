// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/level.h"
#include "plugins/backends/cpu/math/elements.h"
#include "sdk/testing/programs.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>

// The functions of math/functions.h against those of the standard library in double, on a grid of
// all floats, and against numpy's validation sets.
namespace tenon::cpu {
namespace {

struct Function {
  std::string name;  // numpy's, where it has a set
  uint16_t operation;
  double (*exact)(double);
  double ulp;
};

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double square(double x) { return x * x; }

const Function functions[] = {
    {"exp", TENON_EXPR_EXP, std::exp, 2},
    {"log", TENON_EXPR_LOG, std::log, 2},
    {"sin", TENON_EXPR_SIN, std::sin, 3},
    {"cos", TENON_EXPR_COS, std::cos, 3},
    {"tan", TENON_EXPR_TAN, std::tan, 4},
    {"arcsin", TENON_EXPR_ASIN, std::asin, 3},
    {"arccos", TENON_EXPR_ACOS, std::acos, 2},
    {"arctan", TENON_EXPR_ATAN, std::atan, 3},
    {"sinh", TENON_EXPR_SINH, std::sinh, 2},
    {"cosh", TENON_EXPR_COSH, std::cosh, 2},
    {"tanh", TENON_EXPR_TANH, std::tanh, 2},
    {"arcsinh", TENON_EXPR_ASINH, std::asinh, 4},
    {"arccosh", TENON_EXPR_ACOSH, std::acosh, 4},
    {"arctanh", TENON_EXPR_ATANH, std::atanh, 2},
    {"", TENON_EXPR_ERF, std::erf, 4},
    {"", strip_sigmoid, sigmoid, 2},
    {"", strip_square, square, 1},
    {"", TENON_EXPR_SQRT, std::sqrt, 1},
};

// Errors in units of the last place of the exact value.
double error_of(float found, double exact) {
  const auto rounded = static_cast<float>(exact);
  if (std::isnan(exact)) return std::isnan(found) ? 0 : 1e9;
  if (found == rounded) return 0;
  if (std::isinf(rounded) || !std::isfinite(found)) return 1e9;
  int exponent = 0;
  std::frexp(std::max(std::fabs(exact), 0x1p-126), &exponent);
  return std::fabs(static_cast<double>(found) - exact) / std::ldexp(1.0, exponent - 24);
}

std::vector<float> computed(uint16_t operation, const std::vector<float>& x) {
  std::vector<float> y(x.size());
  elements().steps[operation][TENON_TYPE_F32][both_vary](y.data(), x.data(), x.data(), x.data(),
                                                         static_cast<int64_t>(x.size()));
  return y;
}

std::vector<Level> levels() {
  std::vector<Level> found;
  for (const Level level : {Level::sse4, Level::avx2, Level::avx512, Level::neon}) {
    if (has_level(level)) found.push_back(level);
  }
  return found;
}

TEST(CpuFunctions, every_one_stays_within_its_stated_error_on_a_grid_of_all_floats) {
  std::vector<float> x;
  for (uint64_t bits = 0; bits < (uint64_t{1} << 32); bits += 40009) {
    x.push_back(std::bit_cast<float>(static_cast<uint32_t>(bits)));
  }
  for (const Level level : levels()) {
    const WithLevel with(level);
    for (const Function& at : functions) {
      const std::vector<float> y = computed(at.operation, x);
      for (size_t i = 0; i < x.size(); ++i) {
        const double exact = at.exact(static_cast<double>(x[i]));
        // Sigmoid is no smaller than what 1 / (1 + e) can be.
        if (at.operation == strip_sigmoid && std::fabs(exact) < 0x1p-126) continue;
        ASSERT_LE(error_of(y[i], exact), at.ulp) << at.name << " on " << to_text(level) << " of "
                                                 << x[i] << ": " << y[i] << ", expected " << exact;
      }
    }
  }
}

TEST(CpuFunctions, powers_keep_their_relative_error_and_their_special_cases) {
  std::vector<float> x, y;
  for (double base = 1e-3; base < 50; base *= 1.17) {
    for (double exponent = -9; exponent < 9; exponent += 0.37) {
      x.push_back(static_cast<float>(base));
      y.push_back(static_cast<float>(exponent));
    }
  }
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const float base : {0.f, -0.f, 1.f, -1.f, -2.f, 0.5f, infinity, -infinity, nan}) {
    for (const float exponent : {0.f, 1.f, -1.f, 2.f, 3.f, 0.5f, infinity, -infinity, nan}) {
      x.push_back(base);
      y.push_back(exponent);
    }
  }
  for (const Level level : levels()) {
    const WithLevel with(level);
    std::vector<float> found(x.size());
    elements().steps[TENON_EXPR_POW][TENON_TYPE_F32][both_vary](
        found.data(), x.data(), y.data(), nullptr, static_cast<int64_t>(x.size()));
    for (size_t i = 0; i < x.size(); ++i) {
      const double base = static_cast<double>(x[i]), exponent = static_cast<double>(y[i]);
      const double exact = std::pow(base, exponent);
      if (std::isnan(exact) && std::isnan(found[i])) continue;
      if (static_cast<float>(exact) == found[i]) continue;
      const double bound = 2e-7 * (1 + std::fabs(exponent * std::log(std::fabs(base))));
      EXPECT_LE(std::fabs(static_cast<double>(found[i]) - exact) / exact, bound)
          << x[i] << " ** " << y[i] << " on " << to_text(level) << ": " << found[i];
    }
  }
}

std::string archive() {
  const char* given = std::getenv("TENON_TEST_DATA");
  const std::string folder = given != nullptr ? given : TENON_SOURCE_DIR "/../shared/data";
  return folder + "/numpy-test-data.tar.xz";
}

// Lines "np.float32,0xbe7d3a7c,0xbe7fe217,4"; others say nothing.
void read_set(std::string_view text, std::vector<float>& x, std::vector<float>& y) {
  constexpr std::string_view wanted = "np.float32,0x";
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const size_t comma = line.find(",0x", wanted.size());
    if (!line.starts_with(wanted) || comma == std::string_view::npos) continue;
    uint32_t from = 0, to = 0;
    std::from_chars(line.data() + wanted.size(), line.data() + comma, from, 16);
    std::from_chars(line.data() + comma + 3, line.data() + line.size(), to, 16);
    x.push_back(std::bit_cast<float>(from));
    y.push_back(std::bit_cast<float>(to));
  }
}

TEST(CpuFunctions, numpys_vectors_are_met_within_the_stated_error) {
  if (!std::filesystem::exists(archive())) {
    GTEST_SKIP() << archive() << " does not exist; set TENON_TEST_DATA";
  }
  for (const Function& at : functions) {
    if (at.name.empty()) continue;
    const testing::Outcome csv = testing::run_program(fmt::format(
        "tar -xJOf '{}' --wildcards '*/umath-validation-set-{}.csv'", archive(), at.name));
    ASSERT_EQ(csv.code, 0) << csv.output;
    std::vector<float> x, expected;
    read_set(csv.output, x, expected);
    EXPECT_GE(x.size(), 100u) << at.name;
    for (const Level level : levels()) {
      const WithLevel with(level);
      const std::vector<float> found = computed(at.operation, x);
      for (size_t i = 0; i < x.size(); ++i) {
        EXPECT_LE(error_of(found[i], static_cast<double>(expected[i])), at.ulp + 0.5)
            << at.name << " on " << to_text(level) << " of " << x[i] << ": " << found[i]
            << ", expected " << expected[i];
      }
    }
  }
}

}  // namespace
}  // namespace tenon::cpu
