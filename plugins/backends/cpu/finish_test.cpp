// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/finish.h"
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/level_tests.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

// Epilogues that are sums and limits, against the same in double.
namespace tenon::cpu {
namespace {

TEST(CpuFinish, sums_and_limits_of_any_width) {
  constexpr int64_t rows = 3, stride = 60;
  for_each_level([&] {
    for (const int64_t columns : {1, 7, 16, 37, 60}) {
      std::vector<float> numbers(rows * stride), one(rows * stride), each(stride);
      for (size_t i = 0; i < numbers.size(); ++i) {
        numbers[i] = static_cast<float>(i % 13) - 6;
        one[i] = static_cast<float>(i % 5) - 2;
      }
      for (size_t i = 0; i < each.size(); ++i) each[i] = static_cast<float>(i % 3);
      numbers[0] = std::numeric_limits<float>::quiet_NaN();
      const std::vector<float> before = numbers;
      rectangle().end({.rows = rows,
                       .columns = columns,
                       .numbers = numbers.data(),
                       .row = stride,
                       .addends = {one.data(), each.data()},
                       .addend_rows = {stride, 0},
                       .low = -1,
                       .high = 4});
      EXPECT_TRUE(std::isnan(numbers[0]));
      for (int64_t i = 1; i < rows * stride; ++i) {
        const auto at = static_cast<size_t>(i), column = static_cast<size_t>(i % stride);
        const float sum = before[at] + one[at] + each[column];
        const float expected =
            i % stride < columns ? std::min(4.0F, std::max(-1.0F, sum)) : before[at];
        ASSERT_EQ(numbers[at], expected) << "element " << i << " of " << columns << " columns";
      }
    }
  });
}

TEST(CpuFinish, tiles_of_products_end_on_their_own) {
  constexpr int64_t inner = 5, stride = 80;
  for_each_level([&] {
    const TileProduct& math = tile_product();
    std::vector<float> a(static_cast<size_t>(inner * math.rows)), b(inner * stride), c(16 * stride);
    std::vector<float> one(16 * stride), each(stride);
    for (size_t i = 0; i < a.size(); ++i) a[i] = static_cast<float>(i % 7) - 3;
    for (size_t i = 0; i < b.size(); ++i) b[i] = static_cast<float>(i % 9) - 4;
    for (size_t i = 0; i < one.size(); ++i) one[i] = static_cast<float>(i % 5) - 2;
    for (size_t i = 0; i < each.size(); ++i) each[i] = static_cast<float>(i % 3);
    for (int64_t rows = 1; rows <= math.rows; ++rows) {
      for (int64_t columns = 1; columns <= math.columns; ++columns) {
        math.tile({.rows = rows,
                   .columns = columns,
                   .inner = inner,
                   .a = a.data(),
                   .a_step = rows,
                   .b = b.data(),
                   .b_row = stride,
                   .c = c.data(),
                   .c_row = stride,
                   .ends = true,
                   .addends = {one.data(), each.data()},
                   .addend_rows = {stride, 0},
                   .low = -6,
                   .high = 20});
        for (int64_t i = 0; i < rows * columns; ++i) {
          const int64_t r = i / columns, j = i % columns;
          float sum = one[static_cast<size_t>(r * stride + j)] + each[static_cast<size_t>(j)];
          for (int64_t k = 0; k < inner; ++k) {
            sum += a[static_cast<size_t>(k * rows + r)] * b[static_cast<size_t>(k * stride + j)];
          }
          ASSERT_EQ(c[static_cast<size_t>(r * stride + j)], std::min(20.0F, std::max(-6.0F, sum)))
              << rows << " x " << columns << ", element " << r << ", " << j;
        }
      }
    }
  });
}

}  // namespace
}  // namespace tenon::cpu
