// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/opencl/device.h"
#include "tenon/kernelgen/generated_backend.h"

// An in-order queue; nothing here waits but the destructor. [one thread at a time]
namespace tenon::opencl {

class StreamObject {
 public:
  static Result<std::unique_ptr<StreamObject>> make(const Device& device);
  explicit StreamObject(Queue queue) : queue_(std::move(queue)) {}
  StreamObject(const StreamObject&) = delete;
  StreamObject& operator=(const StreamObject&) = delete;
  ~StreamObject();

  Status copy(BufferObject& to, uint64_t to_offset, BufferObject& from, uint64_t from_offset,
              uint64_t bytes);
  Status upload(BufferObject& to, uint64_t offset, const void* from, uint64_t bytes);
  Status download(BufferObject& from, uint64_t offset, void* to, uint64_t bytes);
  Status fill(BufferObject& to, uint64_t offset, uint64_t bytes, uint8_t value);
  Status signal(FenceObject& fence, uint64_t value);
  Status wait(FenceObject& fence, uint64_t value);
  Status launch(KernelObject& kernel, const std::array<uint32_t, 3>& groups,
                std::span<const kernelgen::LaunchArgument<BufferObject>> arguments);

 private:
  Queue queue_;
};

}  // namespace tenon::opencl
