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

// Lifetimes of the values of networks: each layer reads what the one before made, and some also
// what an earlier one did.
struct Network {
  std::vector<MemoryRequest> requests;
  uint32_t step = 0;

  // The number of the new value.
  size_t add(uint64_t bytes, std::initializer_list<size_t> reads) {
    for (const size_t read : reads) requests[read].last = step;
    requests.push_back({bytes, step, step});
    ++step;
    return requests.size() - 1;
  }
};

// Stages of bottlenecks with a shortcut around each.
std::vector<MemoryRequest> residual_network() {
  Network net;
  size_t x = net.add(802816 * 4, {});
  uint64_t pixels = 56 * 56;
  uint64_t channels = 64;
  for (const int blocks : {3, 4, 6, 3}) {
    for (int block = 0; block < blocks; ++block) {
      const size_t narrow = net.add(pixels * channels * 4, {x});
      const size_t spread = net.add(pixels * channels * 4, {narrow});
      const bool is_first = block == 0;
      const size_t around = is_first ? net.add(pixels * channels * 16, {x}) : x;
      x = net.add(pixels * channels * 16, {spread, around});
    }
    pixels /= 4;
    channels *= 2;
  }
  return net.requests;
}

// Twelve layers of attention and of two products, each with a sum around it; what lives as long as
// it does in the plan of BERT.
std::vector<MemoryRequest> transformer(uint64_t length, uint64_t width, uint64_t heads) {
  const uint64_t row = length * width * 4;
  const uint64_t scores = heads * length * length * 4;
  std::vector<MemoryRequest> requests;
  for (uint32_t layer = 0; layer < 12; ++layer) {
    const auto add = [&](uint64_t bytes, uint32_t first, uint32_t last) {
      requests.push_back({bytes, 24 * layer + first, 24 * layer + last});
    };
    add(row, 0, 17);
    for (const auto& [first, last] :
         {std::pair{1u, 3u}, {3, 10}, {4, 6}, {6, 10}, {7, 9}, {9, 13}}) {
      add(row, first, last);
    }
    add(scores, 10, 12);
    add(scores, 12, 13);
    for (const auto& [first, last] : {std::pair{13u, 14u}, {14, 16}, {16, 18}, {18, 23}}) {
      add(row, first, last);
    }
    add(4 * row, 19, 22);
    add(row, 22, 24);
  }
  return requests;
}

// A pyramid: each level is kept until the way back comes to it.
std::vector<MemoryRequest> detector(uint64_t height, uint64_t width) {
  Network net;
  size_t x = net.add(3 * height * width * 4, {});
  std::vector<size_t> levels;
  uint64_t channels = 16;
  for (int level = 0; level < 5; ++level) {
    for (int block = 0; block < 3; ++block) {
      const uint64_t bytes = channels * (height >> level) * (width >> level) * 4;
      const size_t wide = net.add(bytes * 4, {x});
      const size_t deep = net.add(bytes * 4, {wide});
      x = net.add(bytes, {deep, x});
    }
    levels.push_back(x);
    channels = channels * 3 / 2;
  }
  for (int level = 4; level-- > 0;) {
    const uint64_t bytes = 96 * (height >> level) * (width >> level) * 4;
    const size_t larger = net.add(bytes, {x});
    const size_t lateral = net.add(bytes, {levels[static_cast<size_t>(level)]});
    x = net.add(bytes, {larger, lateral});
  }
  return net.requests;
}

TEST(PlanMemory, of_networks_takes_little_more_than_what_is_alive) {
  const std::vector<MemoryRequest> networks[] = {residual_network(), transformer(128, 768, 12),
                                                 transformer(37, 384, 12), detector(96, 320),
                                                 detector(736, 1280)};
  for (const std::vector<MemoryRequest>& requests : networks) {
    const Result<MemoryPlan> plan = plan_memory(requests);
    ASSERT_TRUE(plan.ok());
    EXPECT_GE(plan->bytes, plan->live);
    EXPECT_LE(static_cast<double>(plan->bytes), 1.05 * static_cast<double>(plan->live));
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
