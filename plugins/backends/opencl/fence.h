// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/opencl/cl.h"

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

// A timeline over OpenCL's events: each signal is a marker whose completion raises the value.
// [any thread]
namespace tenon::opencl {

class FenceObject {
 public:
  explicit FenceObject(cl_context context) : line_(std::make_shared<Line>()) {
    line_->context = context;
  }
  FenceObject(const FenceObject&) = delete;
  FenceObject& operator=(const FenceObject&) = delete;
  // Commands that still wait for a value that never came fail.
  ~FenceObject();

  // The value reached, and the first failure.
  Status value(uint64_t& value) const;
  Status block(uint64_t value, uint64_t timeout_ns) const;
  // After the queue's commands so far the fence reaches value.
  Status signal(cl_command_queue queue, uint64_t value);
  // The queue's later commands wait for value, also when its signal comes later.
  Status wait(cl_command_queue queue, uint64_t value);

 private:
  struct Pending {
    uint64_t value;
    Event event;
  };
  // Shared with the callbacks of events, which may run after the fence is gone.
  struct Line {
    std::mutex mutex;
    std::condition_variable grown;
    cl_context context = nullptr;
    uint64_t value = 0;
    Status failure;
    std::vector<Pending> signals;  // markers enqueued and not complete
    std::vector<Pending> waits;    // user events of waits without a signal yet
  };
  struct Arrival {
    std::shared_ptr<Line> line;
    uint64_t value;
  };
  static void CL_CALLBACK arrived(cl_event event, cl_int status, void* data);
  static void reach(Line& line, uint64_t value, cl_int status);

  std::shared_ptr<Line> line_;
};

}  // namespace tenon::opencl
