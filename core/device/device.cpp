// SPDX-License-Identifier: Apache-2.0
#include "core/device/device.h"

#include "core/base/border.h"
#include "core/base/trace.h"

#include <algorithm>
#include <cstring>

namespace tenon {

std::string_view device_kind_name(uint32_t kind) {
  constexpr std::string_view names[] = {"unknown", "cpu", "gpu", "igpu", "npu", "fpga", "virtual"};
  return kind < std::size(names) ? names[kind] : names[0];
}

namespace {

// A struct of the contract may be shorter than ours: a missing tail reads as zero (A3).
template <class T>
T padded(const T* given) {
  T full{};
  std::memcpy(&full, given, std::min<size_t>(given->size, sizeof full));
  return full;
}

DeviceInfo keep(const tenon_device_info* given, const BackendTables& tables, uint32_t ordinal) {
  const tenon_device_info row = padded(given);
  DeviceInfo info;
  info.id = to_view(row.id);
  info.name = to_view(row.name);
  info.driver = to_view(row.driver);
  info.features = to_view(row.features);
  info.plugin = tables.plugin;
  info.kind = row.kind;
  info.ordinal = ordinal;
  info.dtypes = row.dtypes;
  info.flags = row.flags;
  info.compute_units = row.compute_units;
  info.gflops = row.gflops;
  info.gbytes_per_s = row.gbytes_per_s;
  info.launch_us = row.launch_us;
  info.link_gbytes_per_s = row.link_gbytes_per_s;
  for (uint32_t i = 0; i < row.n_heaps; ++i) {
    const auto* at = reinterpret_cast<const char*>(row.heaps) + size_t{row.heap_stride} * i;
    const tenon_heap heap = padded(reinterpret_cast<const tenon_heap*>(at));
    info.heap_bytes += heap.bytes;
    info.alignment = std::max(info.alignment, heap.alignment);
    info.importable |= (heap.flags & TENON_HEAP_IMPORTABLE) != 0;
  }
  return info;
}

struct Listing {
  const BackendTables& tables;
  std::vector<DeviceInfo> devices;
};

}  // namespace

Result<std::vector<DeviceInfo>> list_devices(const BackendTables& tables) {
  Listing listing{tables, {}};
  const tenon_device_sink sink{
      &listing, [](void* context, const tenon_device_info* info) -> tenon_status {
        return at_border([&]() -> Status {
          auto& list = *static_cast<Listing*>(context);
          list.devices.push_back(
              keep(info, list.tables, static_cast<uint32_t>(list.devices.size())));
          return {};
        });
      }};
  const tenon_status code = tables.backend->devices(tables.self, &sink);
  if (code != TENON_OK) return take_failure(code).at(tables.plugin);
  return std::move(listing.devices);
}

Result<std::unique_ptr<Device>> Device::open(BackendTables tables, DeviceInfo info) {
  tenon_device* handle = nullptr;
  const tenon_status code = tables.backend->open(tables.self, info.ordinal, 0, nullptr, 0, &handle);
  if (code != TENON_OK) return take_failure(code).at(info.id);
  return std::unique_ptr<Device>(new Device(std::move(tables), std::move(info), handle));
}

Device::~Device() { tables_.backend->close(handle_); }

Status Device::status(tenon_status code) const { return take_failure(code).at(info_.id); }

Result<Buffer> Device::alloc(uint64_t bytes, uint32_t usage) {
  tenon_buffer* handle = nullptr;
  const tenon_status code = backend().alloc(handle_, bytes, usage, 0, &handle);
  if (code != TENON_OK) return status(code).at(fmt::format("{} bytes", bytes));
  allocated_ += bytes;
  trace_counter("memory", id(), allocated_);
  return Buffer(*this, handle, bytes, true);
}

Result<Buffer> Device::import_host(const void* pointer, uint64_t bytes, uint32_t usage) {
  if (!info_.importable) return unsupported("{} does not use host memory in place", id());
  tenon_buffer* handle = nullptr;
  const tenon_status code =
      backend().import_host(handle_, const_cast<void*>(pointer), bytes, usage, 0, &handle);
  if (code != TENON_OK) return status(code);
  return Buffer(*this, handle, bytes, false);
}

Result<Stream> Device::stream() {
  tenon_stream* handle = nullptr;
  const tenon_status code = backend().stream(handle_, &handle);
  if (code != TENON_OK) return status(code);
  return Stream(*this, handle);
}

Result<Fence> Device::fence() {
  tenon_fence* handle = nullptr;
  const tenon_status code = backend().fence(handle_, &handle);
  if (code != TENON_OK) return status(code);
  return Fence(*this, handle);
}

Buffer::~Buffer() {
  if (handle_ == nullptr) return;
  if (counted_) {
    device_->allocated_ -= bytes_;
    trace_counter("memory", device_->id(), device_->allocated_);
  }
  device_->backend().free(device_->handle(), handle_);
}

void destroy_stream(Device& device, tenon_stream* stream) {
  device.backend().stream_free(device.handle(), stream);
}
void destroy_fence(Device& device, tenon_fence* fence) {
  device.backend().fence_free(device.handle(), fence);
}
void destroy_program(Device& device, tenon_program* program) { device.programs().drop(program); }
void destroy_bound(Device& device, tenon_bound* bound) { device.programs().drop_bound(bound); }

}  // namespace tenon
