// SPDX-License-Identifier: Apache-2.0
#include "sdk/kernels/fence.h"

#include <chrono>

namespace tenon::kernels {

void signal(Fence& fence, uint64_t value) {
  {
    const std::lock_guard lock(fence.mutex);
    // A timeline only grows: a late signal of a smaller value changes nothing.
    if (value > fence.value) fence.value = value;
  }
  fence.grown.notify_all();
}

uint64_t reached(Fence& fence) {
  const std::lock_guard lock(fence.mutex);
  return fence.value;
}

bool block(Fence& fence, uint64_t value, uint64_t timeout_ns) {
  using Clock = std::chrono::steady_clock;
  // Longer than a century is for ever; the sum with now() would overflow.
  constexpr uint64_t endless_ns = uint64_t{100} * 366 * 24 * 3600 * 1'000'000'000;
  std::unique_lock lock(fence.mutex);
  const auto done = [&] { return fence.value >= value; };
  if (timeout_ns >= endless_ns) {
    fence.grown.wait(lock, done);
    return true;
  }
  const auto until = Clock::now() + std::chrono::nanoseconds(timeout_ns);
  return fence.grown.wait_until(lock, until, done);
}

}  // namespace tenon::kernels
