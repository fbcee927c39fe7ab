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

}  // namespace
}  // namespace tenon::cpu
