// SPDX-License-Identifier: Apache-2.0
#include "tests/plugins/tiny_backend.h"

#include <atomic>
#include <cstring>
#include <iterator>
#include <mutex>
#include <set>
#include <vector>

namespace {

struct Counted;

// Keeps what a test leaves alive on purpose in reach, so that it does not count as leaked memory.
struct Alive {
  std::mutex mutex;
  std::set<const Counted*> objects;
};

Alive& alive() {
  static auto* const all = new Alive;
  return *all;
}

struct Counted {
  Counted() {
    const std::lock_guard lock(alive().mutex);
    alive().objects.insert(this);
  }
  ~Counted() {
    const std::lock_guard lock(alive().mutex);
    alive().objects.erase(this);
  }
};

}  // namespace

struct tenon_device : Counted {};
struct tenon_buffer : Counted {
  std::vector<unsigned char> own;
  unsigned char* data = nullptr;
};
struct tenon_stream : Counted {};
struct tenon_fence : Counted {
  std::atomic<uint64_t> value = 0;
};
struct tenon_program : Counted {};
struct tenon_bound : Counted {};

namespace tenon::test_plugins {
namespace {

tenon_status devices(void*, const tenon_device_sink* sink) {
  static const tenon_heap heap = {.size = sizeof(tenon_heap),
                                  .flags = TENON_HEAP_HOST_VISIBLE | TENON_HEAP_IMPORTABLE,
                                  .bytes = 1u << 30,
                                  .alignment = 64};
  tenon_device_info info{};
  info.size = sizeof info;
  info.kind = TENON_DEVICE_VIRTUAL;
  info.id = {"tiny", 4};
  info.name = {"tiny test device", 16};
  info.dtypes = 2;
  info.heaps = &heap;
  info.n_heaps = 1;
  info.heap_stride = sizeof heap;
  return sink->device(sink->context, &info);
}

tenon_status alloc(tenon_device*, uint64_t bytes, uint32_t, uint32_t, tenon_buffer** buffer) {
  auto* made = new tenon_buffer;
  made->own.resize(bytes);
  made->data = made->own.data();
  *buffer = made;
  return TENON_OK;
}

tenon_status import_host(tenon_device*, void* pointer, uint64_t, uint32_t, uint32_t,
                         tenon_buffer** buffer) {
  *buffer = new tenon_buffer;
  (*buffer)->data = static_cast<unsigned char*>(pointer);
  return TENON_OK;
}

tenon_status copy(tenon_stream*, tenon_buffer* to, uint64_t to_offset, tenon_buffer* from,
                  uint64_t from_offset, uint64_t bytes) {
  if (bytes > 0) std::memmove(to->data + to_offset, from->data + from_offset, bytes);
  return TENON_OK;
}

tenon_status upload(tenon_stream*, tenon_buffer* to, uint64_t offset, const void* from,
                    uint64_t bytes) {
  if (bytes > 0) std::memcpy(to->data + offset, from, bytes);
  return TENON_OK;
}

tenon_status download(tenon_stream*, tenon_buffer* from, uint64_t offset, void* to,
                      uint64_t bytes) {
  if (bytes > 0) std::memcpy(to, from->data + offset, bytes);
  return TENON_OK;
}

tenon_status fill(tenon_stream*, tenon_buffer* to, uint64_t offset, uint64_t bytes, uint32_t value,
                  uint32_t) {
  if (bytes > 0) std::memset(to->data + offset, static_cast<int>(value & 0xFF), bytes);
  return TENON_OK;
}

tenon_status claim(tenon_device*, const tenon_graph* graph, const tenon_claim_sink* sink) {
  for (uint32_t node = 0; node < graph->nodes.count; ++node) {
    const tenon_claim one = {
        .size = sizeof one, .n_nodes = 1, .nodes = &node, .cost_us = 1, .label = {"copy", 4}};
    if (const tenon_status status = sink->claim(sink->context, &one)) return status;
  }
  return TENON_OK;
}

tenon_status run(tenon_bound*, const tenon_run* run, tenon_stream* stream) {
  if (run->n_bindings < 2) return TENON_INVALID;
  const tenon_binding& from = run->bindings[0];
  const tenon_binding& to = run->bindings[run->n_bindings - 1];
  return copy(stream, to.buffer, to.offset, from.buffer, from.offset, to.bytes);
}

}  // namespace

int64_t tiny_objects_alive() {
  const std::lock_guard lock(alive().mutex);
  return std::ssize(alive().objects);
}

const tenon_backend& tiny_backend() {
  static const tenon_backend table = {
      .size = sizeof(tenon_backend),
      .reserved = 0,
      .devices = devices,
      .open = [](void*, uint32_t, uint32_t, const tenon_kv*, uint64_t,
                 tenon_device** device) -> tenon_status {
        *device = new tenon_device;
        return TENON_OK;
      },
      .close = [](tenon_device* device) { delete device; },
      .memory = [](tenon_device*, uint64_t* free, uint64_t* total) -> tenon_status {
        *free = *total = 1u << 30;
        return TENON_OK;
      },
      .alloc = alloc,
      .import_host = import_host,
      .free = [](tenon_device*, tenon_buffer* buffer) { delete buffer; },
      .map = [](tenon_device*, tenon_buffer* buffer, void** pointer) -> tenon_status {
        *pointer = buffer->data;
        return TENON_OK;
      },
      .unmap = [](tenon_device*, tenon_buffer*) {},
      .stream = [](tenon_device*, tenon_stream** stream) -> tenon_status {
        *stream = new tenon_stream;
        return TENON_OK;
      },
      .stream_free = [](tenon_device*, tenon_stream* stream) { delete stream; },
      .copy = copy,
      .upload = upload,
      .download = download,
      .fill = fill,
      .fence = [](tenon_device*, tenon_fence** fence) -> tenon_status {
        *fence = new tenon_fence;
        return TENON_OK;
      },
      .fence_free = [](tenon_device*, tenon_fence* fence) { delete fence; },
      .signal = [](tenon_stream*, tenon_fence* fence, uint64_t value) -> tenon_status {
        fence->value = value;
        return TENON_OK;
      },
      .wait = [](tenon_stream*, tenon_fence*, uint64_t) -> tenon_status { return TENON_OK; },
      .value = [](tenon_fence* fence, uint64_t* value, tenon_status* status) -> tenon_status {
        *value = fence->value;
        *status = TENON_OK;
        return TENON_OK;
      },
      .block = [](tenon_fence* fence, uint64_t value, uint64_t) -> tenon_status {
        return fence->value >= value ? TENON_OK : TENON_TIMEOUT;
      },
  };
  return table;
}

const tenon_programs& tiny_programs() {
  static const tenon_programs table = {
      .size = sizeof(tenon_programs),
      .reserved = 0,
      .claim = claim,
      .compile = [](tenon_device*, const tenon_graph*, const tenon_compile*,
                    tenon_program** program) -> tenon_status {
        *program = new tenon_program;
        return TENON_OK;
      },
      .bind = [](tenon_program*, const int64_t*, uint64_t, tenon_bound** bound,
                 tenon_demand* demand) -> tenon_status {
        demand->kernels = 1;
        *bound = new tenon_bound;
        return TENON_OK;
      },
      .run = run,
      .fingerprint = [](tenon_device*, const tenon_byte_sink* sink) -> tenon_status {
        return sink->write(sink->context, "tiny 1", 6);
      },
      .drop_bound = [](tenon_bound* bound) { delete bound; },
      .drop = [](tenon_program* program) { delete program; },
  };
  return table;
}

}  // namespace tenon::test_plugins
