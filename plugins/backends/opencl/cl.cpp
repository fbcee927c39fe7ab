// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/opencl/cl.h"

#include <algorithm>

namespace tenon::opencl {
namespace {

struct Name {
  cl_int error;
  Code code;
  std::string_view text;
};

constexpr Name names[] = {
    {CL_DEVICE_NOT_FOUND, Code::device, "no device found"},
    {CL_DEVICE_NOT_AVAILABLE, Code::device_lost, "device not available"},
    {CL_COMPILER_NOT_AVAILABLE, Code::unsupported, "no compiler available"},
    {CL_MEM_OBJECT_ALLOCATION_FAILURE, Code::no_memory, "device memory exhausted"},
    {CL_OUT_OF_RESOURCES, Code::no_memory, "out of resources"},
    {CL_OUT_OF_HOST_MEMORY, Code::no_memory, "out of host memory"},
    {CL_INVALID_BUFFER_SIZE, Code::no_memory, "buffer larger than the device allows"},
    {CL_BUILD_PROGRAM_FAILURE, Code::device, "program does not build"},
    {CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST, Code::device, "an earlier command failed"},
    {CL_INVALID_WORK_GROUP_SIZE, Code::device, "work-group size not allowed"},
    {CL_INVALID_KERNEL_ARGS, Code::internal, "kernel arguments not set"},
    {CL_INVALID_ARG_SIZE, Code::internal, "kernel argument of another size"},
    {CL_INVALID_COMMAND_QUEUE, Code::device_lost, "queue no longer valid"},
    {CL_INVALID_CONTEXT, Code::device_lost, "context no longer valid"},
    {CL_INVALID_VALUE, Code::internal, "invalid value"},
};

}  // namespace

Status check(cl_int error, std::string_view doing) {
  if (error == CL_SUCCESS) return {};
  const auto* found = std::ranges::find(names, error, &Name::error);
  if (found == std::end(names)) return device_error("opencl: {}: error {}", doing, error);
  return Status(found->code, fmt::format("opencl: {}: {} (error {})", doing, found->text, error));
}

std::string device_text(cl_device_id device, cl_device_info what) {
  size_t size = 0;
  if (clGetDeviceInfo(device, what, 0, nullptr, &size) != CL_SUCCESS || size == 0) return {};
  std::string text(size, '\0');
  if (clGetDeviceInfo(device, what, size, text.data(), nullptr) != CL_SUCCESS) return {};
  text.resize(text.find('\0'));
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

}  // namespace tenon::opencl
