// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/host.h"
#include "tenon/abi/draft/programs.h"
#include "tenon/kernels.h"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>

// The objects behind the opaque pointers of tenon.backend/1. Commands run on the calling thread
// before their function returns, so only fences are shared between threads.
namespace tenon::kernels {

constexpr uint64_t memory_alignment = 64;

struct Device {
  const HostBackendPlugin* plugin;
};

struct Buffer {
  std::byte* data = nullptr;
  uint64_t bytes = 0;
  const tenon_memory* owner = nullptr;  // who gave the memory; null: the allocator of C, if owned
  bool owned = false;
};

struct Stream {
  Device* device;
};

struct Fence {
  std::mutex mutex;
  std::condition_variable grown;
  uint64_t value = 0;
};

// The opaque pointers of the tables and the objects they stand for.
inline Device* object(tenon_device* pointer) { return reinterpret_cast<Device*>(pointer); }
inline Buffer* object(tenon_buffer* pointer) { return reinterpret_cast<Buffer*>(pointer); }
inline Stream* object(tenon_stream* pointer) { return reinterpret_cast<Stream*>(pointer); }
inline Fence* object(tenon_fence* pointer) { return reinterpret_cast<Fence*>(pointer); }

// Fails unless [offset, offset + bytes) lies inside the buffer.
Status check_range(const Buffer& buffer, uint64_t offset, uint64_t bytes);

const tenon_backend& backend_table();
const tenon_programs& programs_table();

}  // namespace tenon::kernels
