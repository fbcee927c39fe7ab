// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <CL/cl.h>

#include <string>
#include <string_view>
#include <utility>

// OpenCL's handles with an owner, and its error numbers as statuses. [any thread]
namespace tenon::opencl {

// Owns one reference to a handle.
template <class Handle, cl_int (*release)(Handle)>
class Owned {
 public:
  Owned() = default;
  explicit Owned(Handle handle) : handle_(handle) {}
  Owned(Owned&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Owned() {
    if (handle_ != nullptr) release(handle_);
  }
  Handle get() const { return handle_; }

 private:
  Handle handle_ = nullptr;
};

using Context = Owned<cl_context, clReleaseContext>;
using Queue = Owned<cl_command_queue, clReleaseCommandQueue>;
using Memory = Owned<cl_mem, clReleaseMemObject>;
using Program = Owned<cl_program, clReleaseProgram>;
using KernelHandle = Owned<cl_kernel, clReleaseKernel>;
using Event = Owned<cl_event, clReleaseEvent>;

// The failure as a status whose code says what the host can do about it.
Status check(cl_int error, std::string_view doing);

// A text or a number that OpenCL tells of a device; "" or 0 when it does not.
std::string device_text(cl_device_id device, cl_device_info what);
template <class T>
T device_fact(cl_device_id device, cl_device_info what) {
  T value = {};
  return clGetDeviceInfo(device, what, sizeof value, &value, nullptr) == CL_SUCCESS ? value : T{};
}

}  // namespace tenon::opencl
