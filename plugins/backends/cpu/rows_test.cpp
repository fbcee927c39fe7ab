// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/level.h"
#include "plugins/backends/cpu/math/copies.h"
#include "plugins/backends/cpu/math/folds.h"
#include "plugins/backends/cpu/math/norms.h"
#include "plugins/backends/cpu/math/row_softmax.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

// Row arithmetic of every level against loops in double.
namespace tenon::cpu {
namespace {

constexpr int64_t lengths[] = {1, 2, 7, 16, 17, 49, 64, 65, 384, 1000, 4099};

std::vector<float> numbers(int64_t count, float low, float high) {
  std::mt19937 random(static_cast<unsigned>(count));
  std::uniform_real_distribution<float> values(low, high);
  std::vector<float> made(static_cast<size_t>(count));
  for (float& value : made) value = values(random);
  return made;
}

template <class Check>
void on_every_level(Check check) {
  for (const Level level : {Level::sse4, Level::avx2, Level::avx512, Level::neon}) {
    if (!has_level(level)) continue;
    const WithLevel with(level);
    SCOPED_TRACE(to_text(level));
    check();
  }
}

// What sums and extremes of a row are.
struct Facts {
  explicit Facts(const std::vector<float>& x) {
    for (const float value : x) {
      sum += static_cast<double>(value);
      peak = std::max(peak, static_cast<double>(value));
    }
    mean = sum / static_cast<double>(x.size());
    for (const float value : x) {
      variance += (static_cast<double>(value) - mean) * (static_cast<double>(value) - mean);
      squares += static_cast<double>(value) * static_cast<double>(value);
      exponentials += std::exp(static_cast<double>(value) - peak);
    }
    variance /= static_cast<double>(x.size());
    squares /= static_cast<double>(x.size());
  }
  double sum = 0, mean = 0, variance = 0, squares = 0, exponentials = 0;
  double peak = -std::numeric_limits<double>::infinity();
};

TEST(CpuRows, softmax_of_rows_sums_to_one_in_every_length) {
  on_every_level([] {
    for (const int64_t n : lengths) {
      const std::vector<float> x = numbers(n, 980, 1000);
      const Facts facts(x);
      std::vector<float> y(x.size()), log_y(x.size());
      row_softmax().rows(x.data(), y.data(), 1, n);
      row_softmax().log_rows(x.data(), log_y.data(), 1, n);
      for (size_t i = 0; i < x.size(); ++i) {
        const double distance = static_cast<double>(x[i]) - facts.peak;
        const double exact = std::exp(distance) / facts.exponentials;
        ASSERT_NEAR(y[i], exact, 1e-6 * exact + 1e-30) << n;
        ASSERT_NEAR(log_y[i], distance - std::log(facts.exponentials), 3e-6 * 20) << n;
      }
    }
  });
}

TEST(CpuRows, softmax_of_columns_is_that_of_rows) {
  on_every_level([] {
    for (const int64_t count : {1, 5, 16, 33, 128}) {
      constexpr int64_t n = 19, stride = 200;
      const std::vector<float> x = numbers(n * stride, -5, 5);
      std::vector<float> y(x.size(), 7.f), row(n), wanted(n);
      for (const bool is_log : {false, true}) {
        (is_log ? row_softmax().log_columns : row_softmax().columns)(x.data(), y.data(), n, stride,
                                                                     count);
        for (int64_t k = 0; k < count; ++k) {
          for (int64_t i = 0; i < n; ++i) row[size_t(i)] = x[size_t(i * stride + k)];
          (is_log ? row_softmax().log_rows : row_softmax().rows)(row.data(), wanted.data(), 1, n);
          for (int64_t i = 0; i < n; ++i) {
            ASSERT_NEAR(y[size_t(i * stride + k)], wanted[size_t(i)], 2e-6) << count;
          }
        }
        ASSERT_EQ(y[size_t(count)], 7.f);
      }
    }
  });
}

TEST(CpuRows, softmax_of_a_row_with_nan_is_nan) {
  on_every_level([] {
    std::vector<float> x = numbers(70, 0, 1), y(70);
    x[33] = std::numeric_limits<float>::quiet_NaN();
    row_softmax().rows(x.data(), y.data(), 1, 70);
    EXPECT_TRUE(std::ranges::all_of(y, [](float value) { return std::isnan(value); }));
  });
}

TEST(CpuRows, normalised_rows_have_the_moments_of_doubles) {
  on_every_level([] {
    for (const int64_t n : lengths) {
      const std::vector<float> x = numbers(n, 9, 12), scale = numbers(n, -2, 2), shift(scale);
      const Facts facts(x);
      float mean = 0, inverse = 0;
      norms().moments(x.data(), n, 1e-5f, &mean, &inverse);
      EXPECT_NEAR(mean, facts.mean, 2e-6) << n;
      EXPECT_NEAR(inverse, 1 / std::sqrt(facts.variance + 1e-5), 2e-5 * inverse) << n;
      EXPECT_NEAR(norms().inverse_root(x.data(), n, 1e-5f), 1 / std::sqrt(facts.squares + 1e-5),
                  1e-6)
          << n;
      std::vector<float> y(x.size());
      norms().scaled(x.data(), mean, inverse, scale.data(), shift.data(), n, y.data());
      for (size_t i = 0; i < y.size(); ++i) {
        ASSERT_NEAR(y[i], (x[i] - mean) * inverse * scale[i] + shift[i], 1e-5) << n;
      }
    }
  });
}

TEST(CpuRows, folds_are_those_of_doubles) {
  on_every_level([] {
    for (const int64_t n : lengths) {
      const std::vector<float> x = numbers(n, 0.9f, 1.1f);
      const Facts facts(x);
      const auto fold = [&](FoldMode mode) {
        return static_cast<double>(folds().vector[static_cast<size_t>(mode)](x.data(), n));
      };
      EXPECT_NEAR(fold(FoldMode::sum), facts.sum, 1e-6 * facts.sum) << n;
      EXPECT_EQ(fold(FoldMode::largest), facts.peak) << n;
      EXPECT_EQ(fold(FoldMode::smallest), static_cast<double>(*std::ranges::min_element(x))) << n;
      double product = 1;
      for (const float value : x) product *= static_cast<double>(value);
      EXPECT_NEAR(fold(FoldMode::product), product, 1e-4 * product) << n;
    }
  });
}

TEST(CpuRows, folds_of_columns_are_those_of_vectors) {
  on_every_level([] {
    for (const int64_t count : {1, 3, 16, 40, 130}) {
      for (const int64_t n : {1, 5, 64, 300}) {
        constexpr int64_t stride = 150;
        std::vector<float> x = numbers(n * stride, 0.9f, 1.1f), column(static_cast<size_t>(n));
        x[static_cast<size_t>(n / 2 * stride)] = std::numeric_limits<float>::quiet_NaN();
        for (size_t mode = 0; mode < fold_modes; ++mode) {
          std::vector<float> totals(static_cast<size_t>(count) + 1, 7.f);
          folds().columns[mode](x.data(), n, stride, count, totals.data());
          EXPECT_TRUE(std::isnan(totals[0]));
          for (int64_t k = 1; k < count; ++k) {
            for (int64_t i = 0; i < n; ++i) column[size_t(i)] = x[size_t(i * stride + k)];
            const float wanted = folds().vector[mode](column.data(), n);
            ASSERT_NEAR(totals[size_t(k)], wanted, 1e-5f * std::fabs(wanted)) << count << " " << n;
          }
          EXPECT_EQ(totals.back(), 7.f);
        }
      }
    }
  });
}

template <class T>
void expect_turned(size_t width) {
  for (const auto& [rows, columns] : {std::pair<int64_t, int64_t>{1, 1}, {16, 16}, {35, 50}}) {
    constexpr int64_t from_stride = 60, to_stride = 70;
    std::vector<T> from(static_cast<size_t>(columns * from_stride));
    for (size_t i = 0; i < from.size(); ++i) from[i] = static_cast<T>(i * 7);
    std::vector<T> to(static_cast<size_t>(rows * to_stride), T{1});
    copies().turned[width](from.data(), from_stride, to.data(), to_stride, rows, columns);
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t c = 0; c < to_stride; ++c) {
        const T wanted = c < columns ? from[size_t(c * from_stride + r)] : T{1};
        ASSERT_EQ(to[size_t(r * to_stride + c)], wanted) << rows << " x " << columns;
      }
    }
  }
}

TEST(CpuRows, matrices_of_every_width_are_turned) {
  on_every_level([] {
    expect_turned<uint8_t>(0);
    expect_turned<uint16_t>(1);
    expect_turned<uint32_t>(2);
    expect_turned<uint64_t>(3);
  });
}

TEST(CpuRows, rows_of_any_length_are_copied_and_no_more) {
  on_every_level([] {
    for (int64_t columns = 1; columns < 700; columns += columns < 80 ? 1 : 77) {
      std::vector<uint16_t> from(3000), to(3000, 9);
      for (size_t i = 0; i < from.size(); ++i) from[i] = static_cast<uint16_t>(i * 31);
      copies().rows[1](from.data(), 900, to.data(), 1000, 3, columns);
      for (int64_t i = 0; i < 3000; ++i) {
        const bool is_copied = i % 1000 < columns;
        ASSERT_EQ(to[size_t(i)], is_copied ? from[size_t(i / 1000 * 900 + i % 1000)] : 9);
      }
    }
  });
}

}  // namespace
}  // namespace tenon::cpu
