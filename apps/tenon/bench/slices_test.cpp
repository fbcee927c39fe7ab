// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/bench/slices.h"

#include "apps/tenon/bench/machine.h"
#include "apps/tenon/bench/table.h"

#include <gtest/gtest.h>

namespace tenon::cli::bench {
namespace {

TEST(Slices, a_percentile_lies_between_the_two_nearest_values) {
  EXPECT_DOUBLE_EQ(percentile({4, 1, 3, 2}, 0), 1);
  EXPECT_DOUBLE_EQ(percentile({4, 1, 3, 2}, 50), 2.5);
  EXPECT_DOUBLE_EQ(percentile({4, 1, 3, 2}, 100), 4);
  EXPECT_DOUBLE_EQ(percentile({10, 20}, 10), 11);
  EXPECT_DOUBLE_EQ(percentile({}, 10), 0);
}

TEST(Slices, there_are_at_least_three_and_each_has_all_its_runs) {
  int64_t runs = 0;
  const auto slices = timed_slices(
      [&]() -> Status {
        ++runs;
        return {};
      },
      5, 0);
  ASSERT_TRUE(slices.ok());
  EXPECT_EQ(slices->size(), 3u);
  EXPECT_EQ(runs, 15);
}

TEST(Slices, a_failed_run_ends_the_measurement) {
  const bench::Run fails = [] { return device_error("gone"); };
  EXPECT_EQ(warm_up(fails, 1).status().code(), Code::device);
  EXPECT_EQ(timed_slices(fails, 1, 1).status().code(), Code::device);
}

TEST(Table, cells_that_would_break_a_form_are_quoted) {
  const Table table = {{"a", "b"}, {"1,5", "x|y \"z\""}};
  EXPECT_EQ(shown(table, Form::csv), "a,b\n\"1,5\",\"x|y \"\"z\"\"\"\n");
  EXPECT_EQ(shown(table, Form::markdown), "| a | b |\n| --- | --- |\n| 1,5 | x\\|y \"z\" |\n");
}

TEST(Machine, this_process_has_memory_and_others_never_use_more_than_all) {
  EXPECT_GT(memory_mb("VmRSS"), 0);
  EXPECT_GE(memory_mb(), memory_mb("VmRSS") / 2);
  EXPECT_EQ(memory_mb("VmNothing"), 0);
  const OtherLoad load;
  EXPECT_GE(load.share(), 0);
}

}  // namespace
}  // namespace tenon::cli::bench
