// SPDX-License-Identifier: Apache-2.0
#include "tenon/memory_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace tenon {
namespace {

TEST(PlanMemory, gives_the_bytes_of_the_dead_to_the_living) {
  const MemoryRequest requests[] = {{100, 0, 1}, {100, 1, 2}, {100, 2, 3}, {100, 3, 4}};
  const Result<MemoryPlan> plan = plan_memory(requests);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->bytes, 228u);  // two at a time, the second on a multiple of 64
  EXPECT_EQ(plan->offsets, (std::vector<uint64_t>{0, 128, 0, 128}));
}

TEST(PlanMemory, takes_the_smallest_hole_that_fits) {
  // Holes of 512 and of 256 bytes open in step 1.
  const MemoryRequest requests[] = {{1024, 0, 9}, {1000, 0, 0}, {900, 0, 9},
                                    {500, 0, 0},  {450, 0, 9},  {256, 1, 1}};
  const Result<MemoryPlan> plan = plan_memory(requests);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->offsets[5], plan->offsets[3]);
}

TEST(PlanMemory, of_nothing_is_nothing) {
  EXPECT_EQ(plan_memory({})->bytes, 0u);
  const MemoryRequest empty[] = {{0, 0, 5}, {0, 3, 3}};
  EXPECT_EQ(plan_memory(empty)->bytes, 0u);
}

TEST(PlanMemory, reports_what_cannot_be) {
  const MemoryRequest huge[] = {{UINT64_MAX - 10, 0, 0}, {100, 0, 0}};
  EXPECT_EQ(plan_memory(huge).status().code(), Code::no_memory);
  const MemoryRequest crooked[] = {{10, 0, 0, 24}};
  EXPECT_EQ(plan_memory(crooked).status().code(), Code::invalid);
  const MemoryRequest backwards[] = {{10, 2, 1}};
  EXPECT_EQ(plan_memory(backwards).status().code(), Code::invalid);
}

TEST(PlanMemory, never_overlaps_what_lives_together) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<MemoryRequest> requests(1 + random() % 60);
    for (MemoryRequest& r : requests) {
      r.bytes = random() % 5000;
      r.first = static_cast<uint32_t>(random() % 40);
      r.last = r.first + static_cast<uint32_t>(random() % 8);
      r.alignment = uint64_t{1} << random() % 9;
    }
    const Result<MemoryPlan> plan = plan_memory(requests);
    ASSERT_TRUE(plan.ok());
    uint64_t sum = 0;
    for (size_t i = 0; i < requests.size(); ++i) {
      const MemoryRequest& a = requests[i];
      sum += a.bytes + a.alignment;
      EXPECT_EQ(plan->offsets[i] % a.alignment, 0u);
      EXPECT_LE(plan->offsets[i] + a.bytes, plan->bytes);
      for (size_t j = 0; j < i; ++j) {
        const MemoryRequest& b = requests[j];
        const bool together = a.first <= b.last && b.first <= a.last;
        const bool apart = plan->offsets[i] + a.bytes <= plan->offsets[j] ||
                           plan->offsets[j] + b.bytes <= plan->offsets[i];
        EXPECT_TRUE(!together || apart || a.bytes == 0 || b.bytes == 0) << i << " and " << j;
      }
    }
    EXPECT_LE(plan->bytes, sum);
  }
}

TEST(PlanMemory, of_ten_thousand_tensors_takes_no_time_to_speak_of) {
  std::mt19937_64 random(4);
  std::vector<MemoryRequest> requests(10000);
  for (uint32_t i = 0; i < requests.size(); ++i) {
    requests[i] = {random() % 100000, i, i + 1 + static_cast<uint32_t>(random() % 20)};
  }
  EXPECT_TRUE(plan_memory(requests).ok());
}

}  // namespace
}  // namespace tenon
