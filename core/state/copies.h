// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/device/device.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>

// Copies within devices and between them and the host, beside runs: a stream for each device, in
// order. What was given stays unchanged until finish(). One thread at a time.
namespace tenon {

// A place in a buffer of a device.
struct BufferPlace {
  Device* device = nullptr;
  tenon_buffer* buffer = nullptr;
  uint64_t offset = 0;
};

class Copies {
 public:
  // Both on one device, ranges that do not overlap.
  Status copy(const BufferPlace& from, const BufferPlace& to, uint64_t bytes);
  Status upload(std::span<const std::byte> from, const BufferPlace& to);
  Status download(const BufferPlace& from, std::span<std::byte> to);
  // Waits for all of them.
  Status finish();

 private:
  struct Queue {
    Fence fence;
    Stream stream;
    uint64_t value = 0;
  };
  Result<tenon_stream*> stream(Device& device);

  std::map<Device*, Queue> queues_;
};

}  // namespace tenon
