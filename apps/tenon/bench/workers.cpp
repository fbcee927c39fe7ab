// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/bench/workers.h"

#include "apps/tenon/bench/slices.h"

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace tenon::cli::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t steps_in_list = 1000;
constexpr int lists = 60;
constexpr int wakes = 40;
// How long a leader is busy while a helper may come, and how long all sleep before.
constexpr std::chrono::microseconds leader_work{300};
constexpr std::chrono::milliseconds sleep_before{3};

void nothing(const tenon_step*, void*, uint32_t, uint32_t) {}

Status from_host(tenon_status code) {
  return code == TENON_OK ? Status() : Status(static_cast<Code>(code), "the workers failed");
}

// Nanoseconds of one step of so many chunks, the fastest list of many.
Result<double> step_cost(const tenon_tasks& tasks, uint32_t chunks) {
  const std::vector<tenon_step> steps(steps_in_list, tenon_step{nothing, nullptr});
  const std::vector<uint32_t> counts(steps_in_list, chunks);
  std::vector<double> costs;
  for (int i = 0; i < lists; ++i) {
    TENON_TRY_ASSIGN(const double seconds, seconds_of([&] {
                       return from_host(tasks.run_steps(steps.data(), counts.data(), steps.size(),
                                                        nullptr, nullptr));
                     }));
    costs.push_back(seconds * 1e9 / steps_in_list);
  }
  return percentile(costs, 10);
}

// When the first chunk on another worker began.
struct Arrival {
  std::atomic<uint32_t> leader = UINT32_MAX;
  std::atomic<int64_t> ticks = 0;
};

void wait_for_company(const tenon_step*, void* frame, uint32_t, uint32_t slot) {
  auto& arrival = *static_cast<Arrival*>(frame);
  const auto begin = Clock::now();
  uint32_t nobody = UINT32_MAX;
  if (!arrival.leader.compare_exchange_strong(nobody, slot) && nobody != slot) {
    int64_t unset = 0;
    arrival.ticks.compare_exchange_strong(unset, begin.time_since_epoch().count());
  }
  while (Clock::now() - begin < leader_work && arrival.ticks == 0) {
  }
}

// Median microseconds from the call to the first chunk on a second worker; less than 0: none came.
Result<double> wake_cost(const tenon_tasks& tasks) {
  const tenon_step step{wait_for_company, nullptr};
  const uint32_t chunks = 16;
  std::vector<double> costs;
  for (int i = 0; i < wakes; ++i) {
    std::this_thread::sleep_for(sleep_before);
    Arrival arrival;
    const auto begin = Clock::now();
    TENON_TRY(from_host(tasks.run_steps(&step, &chunks, 1, &arrival, nullptr)));
    if (arrival.ticks == 0) continue;
    const Clock::duration took(arrival.ticks - begin.time_since_epoch().count());
    costs.push_back(std::chrono::duration<double, std::micro>(took).count());
  }
  return costs.empty() ? -1 : percentile(costs, 50);
}

double call_cost(const tenon_tasks& tasks) {
  constexpr int64_t calls = 100'000;
  const auto begin = Clock::now();
  uint64_t sum = 0;
  for (int64_t i = 0; i < calls; ++i) sum += tasks.width();
  const std::chrono::duration<double, std::nano> took = Clock::now() - begin;
  return sum == 0 ? 0 : took.count() / calls;
}

}  // namespace

Result<Json> worker_costs(const tenon_host& host) {
  const auto* tasks = static_cast<const tenon_tasks*>(host.query(&host, to_str(TENON_TASKS_ID)));
  const auto* cpu = static_cast<const tenon_cpu*>(host.query(&host, to_str(TENON_CPU_ID)));
  if (tasks == nullptr || cpu == nullptr) return unsupported("the host has no workers");
  const uint32_t width = tasks->width();
  Json facts = Json::object({{"features", to_view(cpu->features)}, {"width", width}});
  facts.set("call_ns", call_cost(*tasks));
  TENON_TRY_ASSIGN(const double step, step_cost(*tasks, 1));
  facts.set("step_ns", step);
  if (width < 2) return facts;
  TENON_TRY_ASSIGN(const double shared, step_cost(*tasks, width));
  TENON_TRY_ASSIGN(const double wake, wake_cost(*tasks));
  facts.set("shared_step_ns", shared);
  return facts.set("wake_us", wake < 0 ? Json() : Json(wake));
}

}  // namespace tenon::cli::bench
