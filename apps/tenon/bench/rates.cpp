// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/bench/limits.h"
#include "apps/tenon/bench/peaks.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <functional>
#include <memory>
#include <thread>

namespace tenon::cli::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// The best of short slices on every thread at once, added up: a slice that others disturbed does
// not count. work(thread) returns what it did.
double best_rate(uint32_t threads, double seconds, const std::function<double(uint32_t)>& work) {
  std::vector<double> best(threads, 0);
  std::atomic<uint32_t> waiting = threads;
  {
    std::vector<std::jthread> all;
    for (uint32_t thread = 0; thread < threads; ++thread) {
      all.emplace_back([&, thread] {
        work(thread);
        --waiting;
        while (waiting > 0) std::this_thread::yield();
        const auto begin = Clock::now();
        do {
          const auto slice = Clock::now();
          const double done = work(thread);
          best[thread] = std::max(best[thread], done / seconds_since(slice));
        } while (seconds_since(begin) < seconds);
      });
    }
  }
  double sum = 0;
  for (const double rate : best) sum += rate;
  return sum;
}

struct Free {
  void operator()(void* pointer) const { std::free(pointer); }
};

// Memory in a part for each thread, which goes through its own slice by slice, so that one good
// moment is enough.
class Stream {
 public:
  static Result<Stream> make(uint32_t threads, uint64_t bytes, uint64_t most_slice) {
    constexpr uint64_t page = 4096;
    Stream made;
    made.each_ = std::max<uint64_t>(bytes / threads / page * page, page);
    made.slice_ = std::min(made.each_, most_slice);
    made.places_.assign(threads, 0);
    made.memory_.reset(static_cast<std::byte*>(std::aligned_alloc(page, made.each_ * threads)));
    if (!made.memory_) return no_memory("{} bytes to stream", made.each_ * threads);
    std::memset(made.memory_.get(), 1, made.each_ * threads);
    return made;
  }

  std::span<std::byte> next(uint32_t thread) {
    uint64_t& place = places_[thread];
    if (place + slice_ > each_) place = 0;
    const std::span<std::byte> bytes(memory_.get() + each_ * thread + place, slice_);
    place += slice_;
    return bytes;
  }

 private:
  uint64_t each_ = 0, slice_ = 0;
  std::vector<uint64_t> places_;
  std::unique_ptr<std::byte, Free> memory_;
};

}  // namespace

double peak_of(const Rates& rates, std::string_view kind) {
  const auto found = std::ranges::find(
      rates.peaks, kind, [](const auto& peak) { return std::string_view(peak.first); });
  return found == rates.peaks.end() ? 0 : found->second;
}

Result<double> read_rate(std::string_view features, uint32_t threads, double seconds,
                         uint64_t memory) {
  constexpr uint64_t least = uint64_t{4} << 20;  // in a slice: what a clock can tell
  TENON_TRY_ASSIGN(Stream stream, Stream::make(threads, memory, uint64_t{32} << 20));
  std::vector<uint64_t> sums(threads, 0);
  return best_rate(threads, seconds, [&](uint32_t thread) {
    uint64_t done = 0;
    while (done < least) {
      const auto bytes = stream.next(thread);
      sums[thread] += read_all(bytes, features);
      done += bytes.size();
    }
    return static_cast<double>(done);
  });
}

Result<Rates> measure_rates(std::string_view features, uint32_t threads, double seconds,
                            uint64_t memory) {
  constexpr int64_t rounds = 20'000;
  Rates rates;
  rates.threads = threads;
  for (const Peak& peak : peaks(features)) {
    rates.peaks.emplace_back(peak.name, best_rate(threads, seconds, [&](uint32_t) {
                               peak.rounds(rounds);
                               return peak.operations * rounds;
                             }));
  }
  TENON_TRY_ASSIGN(rates.read, read_rate(features, threads, seconds, memory));
  // All of it is a slice: caches take the first part of what is written.
  TENON_TRY_ASSIGN(Stream stream, Stream::make(threads, memory, memory));
  rates.write = best_rate(threads, seconds, [&](uint32_t thread) {
    const auto bytes = stream.next(thread);
    std::memset(bytes.data(), static_cast<int>(thread), bytes.size());
    return static_cast<double>(bytes.size());
  });
  return rates;
}

}  // namespace tenon::cli::bench
