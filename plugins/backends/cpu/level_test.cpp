// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/level.h"
#include "plugins/backends/cpu/cpu.h"

#include <gtest/gtest.h>

namespace tenon::cpu {
namespace {

TEST(CpuLevel, the_lowest_level_is_always_there) {
#if defined(__aarch64__)
  EXPECT_TRUE(has_level(Level::neon));
#else
  EXPECT_TRUE(has_level(Level::sse4));
  EXPECT_FALSE(has_level(Level::neon));
#endif
}

TEST(CpuLevel, a_test_may_choose_a_lower_one_for_a_while) {
  const Level before = level();
  {
    const WithLevel lower(Level::sse4);
    EXPECT_EQ(level(), Level::sse4);
    EXPECT_EQ(to_text(level()), "sse4");
  }
  EXPECT_EQ(level(), before);
}

TEST(CpuLevel, own_kernels_come_before_plain_ones) {
  const HostBackend made = backend();
  EXPECT_EQ(made.id, "cpu");
  EXPECT_GT(made.kernels.size(), table().size());
}

}  // namespace
}  // namespace tenon::cpu
