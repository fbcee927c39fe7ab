// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/backend.h"
#include "tenon/abi/draft/programs.h"
#include "tenon/status.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

// A device of a backend plugin and what lives on it, each owned by one object: buffers, streams,
// fences, programs. A Device outlives all that it made. [any thread] unless a member says else.
namespace tenon {

// The tables of one started backend plugin.
struct BackendTables {
  const tenon_backend* backend = nullptr;
  const tenon_programs* programs = nullptr;
  void* self = nullptr;
  std::string plugin;  // id
};

// tenon_device_info, kept.
struct DeviceInfo {
  std::string id, name, driver, features, plugin;
  uint32_t kind = 0;
  uint32_t ordinal = 0;
  uint64_t dtypes = 0;
  uint32_t flags = 0;
  uint32_t compute_units = 0;
  uint64_t heap_bytes = 0;
  uint64_t alignment = 64;
  bool importable = false;
  double gflops = 0, gbytes_per_s = 0, launch_us = 0, link_gbytes_per_s = 0;
};

// "cpu", "gpu" ...
std::string_view device_kind_name(uint32_t kind);
// All devices of a backend, in its order.
Result<std::vector<DeviceInfo>> list_devices(const BackendTables& tables);

class Device;

// Owns one object of a device; the table that made it frees it.
template <class Handle, void (*destroy)(Device&, Handle*)>
class Owned {
 public:
  Owned() = default;
  Owned(Device& device, Handle* handle) : device_(&device), handle_(handle) {}
  Owned(Owned&& other) noexcept
      : device_(other.device_), handle_(std::exchange(other.handle_, nullptr)) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(device_, other.device_);
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Owned() {
    if (handle_ != nullptr) destroy(*device_, handle_);
  }
  Handle* get() const { return handle_; }
  explicit operator bool() const { return handle_ != nullptr; }

 private:
  Device* device_ = nullptr;
  Handle* handle_ = nullptr;
};

void destroy_stream(Device& device, tenon_stream* stream);
void destroy_fence(Device& device, tenon_fence* fence);
void destroy_program(Device& device, tenon_program* program);
void destroy_bound(Device& device, tenon_bound* bound);
using Stream = Owned<tenon_stream, destroy_stream>;
using Fence = Owned<tenon_fence, destroy_fence>;
using Program = Owned<tenon_program, destroy_program>;
using Bound = Owned<tenon_bound, destroy_bound>;

class Buffer {
 public:
  Buffer() = default;
  Buffer(Device& device, tenon_buffer* handle, uint64_t bytes, bool counted)
      : device_(&device), handle_(handle), bytes_(bytes), counted_(counted) {}
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Buffer();
  tenon_buffer* get() const { return handle_; }
  uint64_t bytes() const { return bytes_; }
  // True when the memory is the host's, used in place.
  bool imported() const { return handle_ != nullptr && !counted_; }

 private:
  void swap(Buffer& other) {
    std::swap(device_, other.device_);
    std::swap(handle_, other.handle_);
    std::swap(bytes_, other.bytes_);
    std::swap(counted_, other.counted_);
  }
  Device* device_ = nullptr;
  tenon_buffer* handle_ = nullptr;
  uint64_t bytes_ = 0;
  bool counted_ = false;
};

class Device {
 public:
  static Result<std::unique_ptr<Device>> open(BackendTables tables, DeviceInfo info);
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;
  ~Device();

  const DeviceInfo& info() const { return info_; }
  const std::string& id() const { return info_.id; }
  const tenon_backend& backend() const { return *tables_.backend; }
  const tenon_programs& programs() const { return *tables_.programs; }
  tenon_device* handle() const { return handle_; }
  // Bytes in buffers that are alive now.
  uint64_t allocated() const { return allocated_; }

  Result<Buffer> alloc(uint64_t bytes, uint32_t usage);
  // Code::unsupported when the device cannot use the memory in place.
  Result<Buffer> import_host(const void* pointer, uint64_t bytes, uint32_t usage);
  Result<Stream> stream();
  Result<Fence> fence();
  // The status of a code that a function of this device returned.
  Status status(tenon_status code) const;

 private:
  friend class Buffer;
  Device(BackendTables tables, DeviceInfo info, tenon_device* handle)
      : tables_(std::move(tables)), info_(std::move(info)), handle_(handle) {}

  BackendTables tables_;
  DeviceInfo info_;
  tenon_device* handle_;
  std::atomic<uint64_t> allocated_ = 0;
};

}  // namespace tenon
