// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/opencl/fence.h"

#include <algorithm>
#include <chrono>

namespace tenon::opencl {

FenceObject::~FenceObject() {
  const std::lock_guard lock(line_->mutex);
  for (const Pending& wait : line_->waits) clSetUserEventStatus(wait.event.get(), -1);
  line_->waits.clear();
}

void FenceObject::reach(Line& line, uint64_t value, cl_int status) {
  std::vector<Pending> released;
  {
    const std::lock_guard lock(line.mutex);
    if (status < 0 && line.failure.ok()) line.failure = check(status, "running commands");
    line.value = std::max(line.value, value);
    const auto done = [&](const Pending& pending) { return pending.value <= line.value; };
    std::erase_if(line.signals, done);
    for (Pending& wait : line.waits) {
      if (done(wait)) released.push_back(std::move(wait));
    }
    std::erase_if(line.waits, [](const Pending& wait) { return wait.event.get() == nullptr; });
  }
  line.grown.notify_all();
  for (const Pending& wait : released) {
    clSetUserEventStatus(wait.event.get(), status < 0 ? status : CL_COMPLETE);
  }
}

void CL_CALLBACK FenceObject::arrived(cl_event, cl_int status, void* data) {
  const std::unique_ptr<Arrival> arrival(static_cast<Arrival*>(data));
  reach(*arrival->line, arrival->value, status);
}

Status FenceObject::value(uint64_t& value) const {
  const std::lock_guard lock(line_->mutex);
  value = line_->value;
  return line_->failure;
}

Status FenceObject::block(uint64_t value, uint64_t timeout_ns) const {
  std::unique_lock lock(line_->mutex);
  const auto reached = [&] { return line_->value >= value; };
  constexpr uint64_t a_year = 31'536'000'000'000'000;
  if (!line_->grown.wait_for(lock, std::chrono::nanoseconds(std::min(timeout_ns, a_year)),
                             reached)) {
    return timed_out("opencl: fence is at {}, waited {} ns for {}", line_->value, timeout_ns,
                     value);
  }
  return line_->failure;
}

Status FenceObject::signal(cl_command_queue queue, uint64_t value) {
  cl_event marker = nullptr;
  TENON_TRY(check(clEnqueueMarkerWithWaitList(queue, 0, nullptr, &marker), "signalling a fence"));
  Event owned(marker);
  {
    const std::lock_guard lock(line_->mutex);
    clRetainEvent(marker);
    line_->signals.push_back({value, Event(marker)});
  }
  auto arrival = std::make_unique<Arrival>(Arrival{line_, value});
  TENON_TRY(check(clSetEventCallback(marker, CL_COMPLETE, &FenceObject::arrived, arrival.get()),
                  "signalling a fence"));
  arrival.release();
  return check(clFlush(queue), "flushing a stream");
}

Status FenceObject::wait(cl_command_queue queue, uint64_t value) {
  cl_event event = nullptr;
  Event owned;
  {
    const std::lock_guard lock(line_->mutex);
    if (line_->value >= value) return {};
    const auto found = std::ranges::find_if(
        line_->signals, [&](const Pending& pending) { return pending.value >= value; });
    if (found != line_->signals.end()) {
      event = found->event.get();
    } else {
      cl_int error = CL_SUCCESS;
      event = clCreateUserEvent(line_->context, &error);
      TENON_TRY(check(error, "waiting for a fence"));
      line_->waits.push_back({value, Event(event)});
    }
    clRetainEvent(event);
    owned = Event(event);
  }
  return check(clEnqueueBarrierWithWaitList(queue, 1, &event, nullptr), "waiting for a fence");
}

}  // namespace tenon::opencl
