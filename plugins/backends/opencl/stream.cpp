// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/opencl/stream.h"

#include "plugins/backends/opencl/fence.h"
#include "plugins/backends/opencl/module.h"

namespace tenon::opencl {

Result<std::unique_ptr<StreamObject>> StreamObject::make(const Device& device) {
  cl_int error = CL_SUCCESS;
  Queue queue(clCreateCommandQueue(device.context(), device.id(), 0, &error));
  TENON_TRY(check(error, "making a stream"));
  return std::make_unique<StreamObject>(std::move(queue));
}

StreamObject::~StreamObject() { clFinish(queue_.get()); }

Status StreamObject::copy(BufferObject& to, uint64_t to_offset, BufferObject& from,
                          uint64_t from_offset, uint64_t bytes) {
  return check(clEnqueueCopyBuffer(queue_.get(), from.memory(), to.memory(), from_offset, to_offset,
                                   bytes, 0, nullptr, nullptr),
               "copying");
}

Status StreamObject::upload(BufferObject& to, uint64_t offset, const void* from, uint64_t bytes) {
  return check(clEnqueueWriteBuffer(queue_.get(), to.memory(), CL_FALSE, offset, bytes, from, 0,
                                    nullptr, nullptr),
               "uploading");
}

Status StreamObject::download(BufferObject& from, uint64_t offset, void* to, uint64_t bytes) {
  return check(clEnqueueReadBuffer(queue_.get(), from.memory(), CL_FALSE, offset, bytes, to, 0,
                                   nullptr, nullptr),
               "downloading");
}

Status StreamObject::fill(BufferObject& to, uint64_t offset, uint64_t bytes, uint8_t value) {
  return check(
      clEnqueueFillBuffer(queue_.get(), to.memory(), &value, 1, offset, bytes, 0, nullptr, nullptr),
      "filling");
}

Status StreamObject::signal(FenceObject& fence, uint64_t value) {
  return fence.signal(queue_.get(), value);
}
Status StreamObject::wait(FenceObject& fence, uint64_t value) {
  return fence.wait(queue_.get(), value);
}

// A buffer is two arguments: its memory and the offset in bytes.
Status StreamObject::launch(KernelObject& kernel, const std::array<uint32_t, 3>& groups,
                            std::span<const kernelgen::LaunchArgument<BufferObject>> arguments) {
  cl_uint index = 0;
  const auto set = [&](size_t bytes, const void* value) {
    return check(clSetKernelArg(kernel.kernel(), index++, bytes, value),
                 "setting a kernel argument");
  };
  for (const auto& argument : arguments) {
    if (argument.bytes > 0) {
      TENON_TRY(set(argument.bytes, &argument.bits));
      continue;
    }
    const cl_mem memory = argument.buffer != nullptr ? argument.buffer->memory() : nullptr;
    const cl_ulong offset = argument.offset;
    TENON_TRY(set(sizeof memory, &memory));
    TENON_TRY(set(sizeof offset, &offset));
  }
  TENON_TRY(set(sizeof runs, &runs));
  size_t global[3];
  size_t local[3];
  for (size_t axis = 0; axis < 3; ++axis) {
    local[axis] = kernel.group()[axis];
    global[axis] = size_t{groups[axis]} * local[axis];
  }
  return check(clEnqueueNDRangeKernel(queue_.get(), kernel.kernel(), 3, nullptr, global, local, 0,
                                      nullptr, nullptr),
               "launching a kernel");
}

}  // namespace tenon::opencl
