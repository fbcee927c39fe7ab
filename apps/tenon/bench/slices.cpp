// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/bench/slices.h"

#include "apps/tenon/base/text.h"
#include "tenon/json.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <string>

namespace tenon::cli::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace

Result<double> seconds_of(const Run& run, int64_t count) {
  const auto begin = Clock::now();
  for (int64_t i = 0; i < count; ++i) TENON_TRY(run());
  return seconds_since(begin);
}

Result<double> warm_up(const Run& run, double seconds) {
  const auto begin = Clock::now();
  TENON_TRY_ASSIGN(double best, seconds_of(run));
  do {
    TENON_TRY_ASSIGN(const double took, seconds_of(run));
    best = std::min(best, took);
  } while (seconds_since(begin) < seconds);
  return best;
}

Result<std::vector<double>> timed_slices(const Run& run, int64_t runs, double seconds) {
  constexpr size_t fewest = 3;
  std::vector<double> slices;
  const auto begin = Clock::now();
  while (slices.size() < fewest || seconds_since(begin) < seconds) {
    TENON_TRY_ASSIGN(const double took, seconds_of(run, runs));
    slices.push_back(took / static_cast<double>(runs));
  }
  return slices;
}

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const double place = share / 100 * static_cast<double>(values.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (values[above] - values[below]) * (place - static_cast<double>(below));
}

bool slice_is_wanted() {
  std::string line;
  return static_cast<bool>(std::getline(std::cin, line));
}

void answer_ready() { print(Json::object({{"ready", true}}).dump() + "\n"); }

void answer_slice(double seconds) { print(Json::object({{"seconds", seconds}}).dump() + "\n"); }

Status serve_slices(const Run& refresh, const std::function<Result<double>()>& slice) {
  answer_ready();
  while (slice_is_wanted()) {
    TENON_TRY(refresh());
    TENON_TRY_ASSIGN(const double seconds, slice());
    answer_slice(seconds);
  }
  return {};
}

}  // namespace tenon::cli::bench
