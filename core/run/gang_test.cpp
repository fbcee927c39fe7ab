// SPDX-License-Identifier: Apache-2.0
#include "core/run/gang.h"

#include "core/run/services.h"

#include <gtest/gtest.h>
#include <sys/times.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

namespace tenon {
namespace {

// A gang with threads of its own, which sleep until they are wanted.
class Crew {
 public:
  explicit Crew(uint32_t width) : gang(width, [this] { come(); }) {
    for (uint32_t i = 1; i < width; ++i) threads_.emplace_back([this] { live(); });
  }
  ~Crew() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    called_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }
  Gang gang;

 private:
  void come() {
    {
      const std::lock_guard lock(mutex_);
      ++wanted_;
    }
    called_.notify_one();
  }
  void live() {
    std::unique_lock lock(mutex_);
    while (true) {
      called_.wait(lock, [this] { return wanted_ > 0 || over_; });
      if (over_) return;
      --wanted_;
      lock.unlock();
      gang.help();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable called_;
  uint32_t wanted_ = 0;
  bool over_ = false;
  std::vector<std::thread> threads_;
};

// A frame whose steps count what was run, chunk by chunk and slot by slot.
struct Ledger {
  explicit Ledger(uint32_t chunks) : runs(chunks) {}
  std::vector<std::atomic<uint32_t>> runs;
  std::atomic<uint32_t> slots = 0;  // as bits
  std::array<std::atomic<int>, 32> inside = {};
  std::atomic<bool> collided = false;
};

void note(const tenon_step*, void* frame, uint32_t chunk, uint32_t slot) {
  auto& ledger = *static_cast<Ledger*>(frame);
  if (ledger.inside[slot]++ != 0) ledger.collided = true;
  ++ledger.runs[chunk];
  ledger.slots |= 1u << slot;
  --ledger.inside[slot];
}

// What threads would change if they ran steps in another order.
void mix(const tenon_step* step, void* frame, uint32_t chunk, uint32_t) {
  auto& numbers = *static_cast<std::vector<uint64_t>*>(frame);
  const auto salt = reinterpret_cast<uintptr_t>(step->state);
  const size_t share = numbers.size() / 16;
  for (size_t i = chunk * share; i < (chunk + 1) * share; ++i) {
    numbers[i] = (numbers[i] ^ salt) * 0x9e3779b97f4a7c15u + i;
  }
}

void mix_all(const tenon_step* step, void* frame, uint32_t, uint32_t slot) {
  auto& numbers = *static_cast<std::vector<uint64_t>*>(frame);
  for (uint32_t chunk = 0; chunk < 16; ++chunk) mix(step, frame, 15 - chunk, slot);
  std::reverse(numbers.begin(), numbers.end());
}

std::vector<uint64_t> mixed(Gang& gang, size_t size, uintptr_t steps_count) {
  std::vector<uint64_t> numbers(size);
  std::iota(numbers.begin(), numbers.end(), uint64_t{7});
  std::vector<tenon_step> steps;
  std::vector<uint32_t> chunks;
  for (uintptr_t i = 0; i < steps_count; ++i) {
    const bool is_alone = i % 3 == 1;
    steps.push_back({is_alone ? mix_all : mix, reinterpret_cast<const void*>(i)});
    chunks.push_back(is_alone ? 1 : 16);
  }
  EXPECT_TRUE(gang.run_steps(steps.data(), chunks.data(), steps.size(), &numbers, nullptr).ok());
  return numbers;
}

TEST(Gang, runs_every_chunk_once_and_no_slot_twice_at_a_time) {
  for (const uint32_t width : {1u, 2u, 4u}) {
    Crew crew(width);
    Ledger ledger(1000);
    const tenon_step step{note, nullptr};
    const uint32_t chunks = 1000;
    ASSERT_TRUE(crew.gang.run_steps(&step, &chunks, 1, &ledger, nullptr).ok());
    for (const auto& runs : ledger.runs) ASSERT_EQ(runs, 1u);
    EXPECT_FALSE(ledger.collided);
    EXPECT_EQ(ledger.slots >> width, 0u);
  }
}

// Two chunks that wait for each other, but not for ever.
bool meet(const std::function<void(const tenon_step&, void* frame)>& run) {
  std::atomic<uint32_t> arrived = 0;
  const tenon_step step{[](const tenon_step*, void* frame, uint32_t, uint32_t) {
                          auto& there = *static_cast<std::atomic<uint32_t>*>(frame);
                          ++there;
                          const auto end =
                              std::chrono::steady_clock::now() + std::chrono::seconds(20);
                          while (there < 2 && std::chrono::steady_clock::now() < end) {
                            std::this_thread::yield();
                          }
                          if (there < 2) there = 100;
                        },
                        nullptr};
  run(step, &arrived);
  return arrived == 2;
}

TEST(Gang, has_helpers_that_come_again_after_they_have_left) {
  Crew crew(2);
  const uint32_t chunks = 2;
  for (int run = 0; run < 5; ++run) {
    EXPECT_TRUE(meet([&](const tenon_step& step, void* frame) {
      EXPECT_TRUE(crew.gang.run_steps(&step, &chunks, 1, frame, nullptr).ok());
    }));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

TEST(Gang, gives_the_same_with_any_width) {
  Crew alone(1);
  const auto expected = mixed(alone.gang, 4096, 60);
  for (const uint32_t width : {2u, 4u}) {
    Crew crew(width);
    for (int run = 0; run < 20; ++run) EXPECT_EQ(mixed(crew.gang, 4096, 60), expected);
  }
}

TEST(Gang, serves_many_leaders_at_once) {
  Crew alone(1), crew(3);
  const auto expected = mixed(alone.gang, 1024, 40);
  std::vector<std::thread> leaders;
  std::atomic<int> wrong = 0;
  for (int leader = 0; leader < 6; ++leader) {
    leaders.emplace_back([&] {
      for (int run = 0; run < 30; ++run) wrong += mixed(crew.gang, 1024, 40) != expected;
    });
  }
  for (std::thread& leader : leaders) leader.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Gang, runs_steps_inside_of_steps) {
  Crew crew(3);
  struct Frame {
    Gang& gang;
    Ledger ledger{64};
  } frame{crew.gang};
  const tenon_step outer{
      [](const tenon_step*, void* own, uint32_t, uint32_t) {
        auto& what = *static_cast<Frame*>(own);
        const tenon_step inner{[](const tenon_step*, void* inner_frame, uint32_t chunk, uint32_t) {
                                 ++static_cast<Ledger*>(inner_frame)->runs[chunk];
                               },
                               nullptr};
        const uint32_t chunks = 64;
        EXPECT_TRUE(what.gang.run_steps(&inner, &chunks, 1, &what.ledger, nullptr).ok());
      },
      nullptr};
  const uint32_t chunks = 20;
  ASSERT_TRUE(crew.gang.run_steps(&outer, &chunks, 1, &frame, nullptr).ok());
  for (const auto& runs : frame.ledger.runs) EXPECT_EQ(runs, 20u);
}

TEST(Gang, passes_on_what_a_chunk_throws_and_works_on) {
  Crew crew(2);
  const tenon_step step{[](const tenon_step*, void*, uint32_t chunk, uint32_t) {
                          if (chunk % 7 == 3) throw std::runtime_error("chunk");
                        },
                        nullptr};
  const uint32_t chunks = 100;
  for (int run = 0; run < 50; ++run) {
    EXPECT_THROW(static_cast<void>(crew.gang.run_steps(&step, &chunks, 1, nullptr, nullptr)),
                 std::runtime_error);
  }
  Ledger ledger(100);
  const tenon_step good{note, nullptr};
  ASSERT_TRUE(crew.gang.run_steps(&good, &chunks, 1, &ledger, nullptr).ok());
  for (const auto& runs : ledger.runs) EXPECT_EQ(runs, 1u);
}

TEST(Gang, stops_between_chunks_when_it_is_cancelled) {
  Crew crew(2);
  int polls = 0;
  const tenon_cancel cancel{&polls, [](void* context) -> tenon_status {
                              return ++*static_cast<int*>(context) > 4 ? TENON_CANCELLED : TENON_OK;
                            }};
  Ledger ledger(100000);
  const tenon_step step{note, nullptr};
  const uint32_t chunks = 100000;
  const Status status = crew.gang.run_steps(&step, &chunks, 1, &ledger, &cancel);
  EXPECT_EQ(status.code(), Code::cancelled);
  EXPECT_TRUE(std::ranges::any_of(ledger.runs, [](const auto& runs) { return runs == 0; }));
  EXPECT_TRUE(std::ranges::all_of(ledger.runs, [](const auto& runs) { return runs <= 1; }));
}

TEST(Gang, asks_seldom_whether_it_is_cancelled_between_small_steps) {
  Crew crew(2);
  int polls = 0;
  const tenon_cancel cancel{&polls, [](void* context) -> tenon_status {
                              ++*static_cast<int*>(context);
                              return TENON_OK;
                            }};
  std::vector<uint64_t> numbers(16);
  const std::vector<tenon_step> steps(1000, {mix_all, nullptr});
  const std::vector<uint32_t> chunks(1000, 1);
  ASSERT_TRUE(crew.gang.run_steps(steps.data(), chunks.data(), 1000, &numbers, &cancel).ok());
  EXPECT_GT(polls, 10);
  EXPECT_LT(polls, 100);
}

TEST(Gang, divides_a_range) {
  Crew crew(2);
  for (const uint64_t grain : {uint64_t{0}, uint64_t{1}, uint64_t{7}, uint64_t{1000}}) {
    std::vector<std::atomic<int>> seen(100);
    crew.gang.parallel_for(100, grain, &seen, [](void* context, uint64_t begin, uint64_t end) {
      auto& all = *static_cast<std::vector<std::atomic<int>>*>(context);
      for (uint64_t i = begin; i < end; ++i) ++all[i];
    });
    for (const auto& times : seen) EXPECT_EQ(times, 1);
  }
  crew.gang.parallel_for(0, 1, nullptr, [](void*, uint64_t, uint64_t) { FAIL(); });
}

// The executor that the build chose.
TEST(Tasks, run_steps_in_order_and_chunks_on_slots_below_the_width) {
  const tenon_tasks& tasks = tasks_table();
  Ledger ledger(500);
  const std::vector<tenon_step> steps(50, {note, nullptr});
  const std::vector<uint32_t> chunks(50, 500);
  ASSERT_EQ(tasks.run_steps(steps.data(), chunks.data(), 50, &ledger, nullptr), TENON_OK);
  for (const auto& runs : ledger.runs) EXPECT_EQ(runs, 50u);
  EXPECT_FALSE(ledger.collided);
  EXPECT_EQ(ledger.slots >> tasks.width(), 0u);
}

TEST(Tasks, are_run_by_several_threads) {
  const tenon_tasks& tasks = tasks_table();
  if (tasks.width() == 1) GTEST_SKIP() << "SKIPPED: one core, nothing to share a step with";
  const uint32_t chunks = 2;
  for (int run = 0; run < 5; ++run) {
    EXPECT_TRUE(meet([&](const tenon_step& step, void* frame) {
      EXPECT_EQ(tasks.run_steps(&step, &chunks, 1, frame, nullptr), TENON_OK);
    }));
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

TEST(Tasks, leave_the_processor_alone_soon_after_the_last_step) {
  const tenon_tasks& tasks = tasks_table();
  Ledger ledger(500);
  const tenon_step step{note, nullptr};
  const uint32_t chunks = 500;
  ASSERT_EQ(tasks.run_steps(&step, &chunks, 1, &ledger, nullptr), TENON_OK);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  tms before{}, after{};
  times(&before);
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  times(&after);
  EXPECT_LE(after.tms_utime + after.tms_stime - before.tms_utime - before.tms_stime, 1);
}

}  // namespace
}  // namespace tenon
