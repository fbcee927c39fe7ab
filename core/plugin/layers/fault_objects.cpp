// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/layers/fault_objects.h"

#include "core/base/border.h"

#include <algorithm>

namespace tenon::fault {
namespace {

using Clock = std::chrono::steady_clock;

// A lost device wakes nobody, so waiting looks at it this often.
constexpr std::chrono::milliseconds look_interval{1};

Clock::time_point deadline_after(uint64_t timeout_ns) {
  constexpr uint64_t long_enough = uint64_t{3600} * 24 * 365 * 1'000'000'000;
  return Clock::now() + std::chrono::nanoseconds(std::min(timeout_ns, long_enough));
}

}  // namespace

Status Device::alive() const {
  return lost ? device_lost("fault layer: the device is lost as asked") : Status();
}

Status Device::command() {
  if (layer->counter.loses_device()) lost = true;
  return alive();
}

void Fence::publish(uint64_t reached, const Status& failed) {
  const std::lock_guard lock(mutex_);
  value_ = std::max(value_, reached);
  if (failure_.ok()) failure_ = failed;
  changed_.notify_all();
}

Status Fence::block_delayed(uint64_t target, uint64_t timeout_ns) {
  const Clock::time_point end = deadline_after(timeout_ns);
  std::unique_lock lock(mutex_);
  while (value_ < target) {
    TENON_TRY(device->alive());
    if (Clock::now() >= end) return timed_out("fence is at {}, not yet at {}", value_, target);
    changed_.wait_until(lock, std::min(end, Clock::now() + look_interval));
  }
  return failure_;
}

Status Fence::value_delayed(uint64_t* reached, tenon_status* failed) {
  const std::lock_guard lock(mutex_);
  *reached = value_;
  const Status& status = device->lost ? device->alive() : failure_;
  *failed = static_cast<tenon_status>(status.code());
  return {};
}

Stream::Stream(Device& device, tenon_stream* inner) : device_(device), inner_(inner) {
  if (device.layer->delays()) thread_ = std::thread([this] { serve(); });
}

Stream::~Stream() {
  if (thread_.joinable()) {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  device_.backend().stream_free(device_.inner, inner_);
}

Status Stream::submit(std::function<Status()> work) {
  TENON_TRY(device_.command());
  if (hung_) return {};
  if (!thread_.joinable()) return work();
  push(std::move(work), false);
  return {};
}

void Stream::push(std::function<Status()> work, bool always) {
  const std::lock_guard lock(mutex_);
  const auto ready = Clock::now() + device_.layer->counter.script().delay;
  commands_.push_back({ready, std::move(work), always});
  changed_.notify_all();
}

Status Stream::signal(Fence& fence, uint64_t value) {
  TENON_TRY(device_.command());
  if (device_.layer->counter.hangs_fence()) hung_ = true;
  if (hung_) return {};
  const tenon_backend& backend = device_.backend();
  if (!thread_.joinable()) return take_failure(backend.signal(inner_, fence.inner, value));
  const auto reach = [this, &fence, &backend, value]() -> Status {
    constexpr uint64_t for_ever = UINT64_MAX;
    Status status = failure_;
    if (status.ok()) status = take_failure(backend.signal(inner_, fence.inner, value));
    if (status.ok()) status = take_failure(backend.block(fence.inner, value, for_ever));
    fence.publish(value, status);
    return status;
  };
  push(reach, true);
  return {};
}

// Waits as long as it takes, but a stream that is freed gives up on a fence that hangs.
Status Stream::wait_delayed(Fence& fence, uint64_t value) const {
  constexpr uint64_t slice_ns = 50'000'000;
  constexpr int slices_at_end = 20;
  for (int left = slices_at_end; left > 0; left -= ending_ ? 1 : 0) {
    Status status = fence.block_delayed(value, slice_ns);
    if (status.code() != Code::timeout) return status;
  }
  return timed_out("fence never reached {}", value);
}

Status Stream::wait(Fence& fence, uint64_t value) {
  return submit([this, &fence, value]() -> Status {
    if (thread_.joinable()) return wait_delayed(fence, value);
    return take_failure(device_.backend().wait(inner_, fence.inner, value));
  });
}

void Stream::serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ending_ || !commands_.empty(); });
    if (commands_.empty()) return;
    const Clock::time_point ready = commands_.front().ready;
    lock.unlock();
    std::this_thread::sleep_until(ready);
    lock.lock();
    const Command command = std::move(commands_.front());
    commands_.pop_front();
    lock.unlock();
    const bool runs = !device_.lost && (failure_.ok() || command.always);
    Status status = runs ? command.work() : Status();
    if (failure_.ok()) failure_ = std::move(status);
    lock.lock();
  }
}

}  // namespace tenon::fault
