// SPDX-License-Identifier: Apache-2.0
#include "sdk/kernels/buffer.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace tenon::kernels {

Status check_range(const Buffer& buffer, uint64_t offset, uint64_t bytes) {
  if (offset <= buffer.bytes && bytes <= buffer.bytes - offset) return {};
  return invalid("bytes {} to {}+{} of a buffer of {} bytes", offset, offset, bytes, buffer.bytes);
}

Result<Buffer*> allocate(uint64_t bytes) {
  auto buffer = std::make_unique<Buffer>();
  buffer->bytes = bytes;
  buffer->owned = true;
  buffer->owner = host_service<tenon_memory>(TENON_MEMORY_ID);
  // An empty buffer has an address too, so that nobody has to treat it apart.
  const uint64_t padded = bytes == 0 ? memory_alignment : bytes;
  // Refused here, since an overcommitting system may hand out addresses without memory.
  if (padded > std::min(total_memory(), UINT64_MAX - memory_alignment)) {
    return no_memory("{} bytes for a buffer, the machine has {}", bytes, total_memory());
  }
  const uint64_t whole = (padded + memory_alignment - 1) / memory_alignment * memory_alignment;
  buffer->data = static_cast<std::byte*>(buffer->owner != nullptr
                                             ? buffer->owner->alloc(whole, memory_alignment)
                                             : std::aligned_alloc(memory_alignment, whole));
  if (buffer->data == nullptr) {
    return no_memory("no {} bytes for a buffer; {} are free: use smaller shapes or another device",
                     bytes, free_memory());
  }
  return buffer.release();
}

Buffer* import_memory(void* pointer, uint64_t bytes) {
  auto buffer = std::make_unique<Buffer>();
  buffer->data = static_cast<std::byte*>(pointer);
  buffer->bytes = bytes;
  return buffer.release();
}

void release(Buffer* buffer) {
  if (buffer == nullptr) return;
  if (buffer->owned) {
    if (buffer->owner != nullptr) {
      buffer->owner->free(buffer->data);
    } else {
      std::free(buffer->data);
    }
  }
  delete buffer;
}

static uint64_t pages(int which) {
  const long count = sysconf(which);
  const long size = sysconf(_SC_PAGESIZE);
  if (count <= 0 || size <= 0) return UINT64_MAX;  // not told: as if without end
  return static_cast<uint64_t>(count) * static_cast<uint64_t>(size);
}

uint64_t free_memory() { return pages(_SC_AVPHYS_PAGES); }
uint64_t total_memory() { return pages(_SC_PHYS_PAGES); }

}  // namespace tenon::kernels
