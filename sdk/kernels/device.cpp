// SPDX-License-Identifier: Apache-2.0
#include "sdk/kernels/device.h"

#include "sdk/kernels/buffer.h"
#include "sdk/kernels/fence.h"

#include <cstring>
#include <memory>

// The table tenon.backend/1 over plain memory.
namespace tenon::kernels {
namespace {

// What formulas can read and write.
constexpr DTypes formula_types = plain_types;

uint64_t computed_dtypes(const HostBackend& backend) {
  uint64_t bits = backend.formulas == Formulas::off ? 0 : formula_types.bits();
  for (const Kernel& kernel : backend.kernels) {
    for (const DTypes& dtypes : kernel.outputs) bits |= dtypes.bits();
  }
  return bits;
}

// Words for the host: that formulas are run, and which operators that only the host's fusion makes
// have a kernel.
std::string features_of(const HostBackend& backend) {
  std::string words = backend.formulas == Formulas::off ? "" : "formulas";
  if (!backend.features.empty()) words += (words.empty() ? "" : " ") + backend.features;
  const auto add = [&](std::string_view domain, std::string_view op) {
    words += fmt::format("{}{}.{}", words.empty() ? "" : " ", domain, op);
  };
  for (const Kernel& kernel : backend.kernels) {
    if (kernel.domain == "tenon") add(kernel.domain, kernel.op);
    if (kernel.takes_epilogue) add(fused_domain, kernel.op);
  }
  return words;
}

tenon_status devices(void* self, const tenon_device_sink* sink) {
  return guard([&]() -> Status {
    const HostBackend& backend = static_cast<HostBackendPlugin*>(self)->backend();
    const tenon_heap heap = {
        .size = sizeof(tenon_heap),
        .flags = TENON_HEAP_DEVICE_LOCAL | TENON_HEAP_HOST_VISIBLE | TENON_HEAP_COHERENT |
                 TENON_HEAP_CACHED | TENON_HEAP_UNIFIED | TENON_HEAP_IMPORTABLE,
        .bytes = total_memory(),
        .alignment = memory_alignment,
    };
    tenon_device_info info = {};
    info.size = sizeof info;
    info.kind = backend.kind;
    info.id = to_str(backend.id);
    info.name = to_str(backend.name);
    info.driver = to_str("host");
    const std::string features = features_of(backend);
    info.features = to_str(features);
    info.dtypes = computed_dtypes(backend);
    info.heaps = &heap;
    info.n_heaps = 1;
    info.heap_stride = sizeof heap;
    const auto* cpu = host_service<tenon_cpu>(TENON_CPU_ID);
    info.compute_units = cpu == nullptr ? 1 : cpu->cores;
    return from_host(sink->device(sink->context, &info), "listing the device");
  });
}

tenon_status open(void* self, uint32_t ordinal, uint32_t, const tenon_kv*, uint64_t,
                  tenon_device** device) {
  return guard([&]() -> Status {
    if (ordinal != 0) return invalid("device {}, there is only device 0", ordinal);
    auto made = std::make_unique<Device>(Device{static_cast<HostBackendPlugin*>(self)});
    *device = reinterpret_cast<tenon_device*>(made.release());
    return {};
  });
}

void close(tenon_device* device) { delete object(device); }

tenon_status memory(tenon_device*, uint64_t* free, uint64_t* total) {
  *free = free_memory();
  *total = total_memory() == UINT64_MAX ? 0 : total_memory();
  return TENON_OK;
}

tenon_status alloc(tenon_device*, uint64_t bytes, uint32_t, uint32_t, tenon_buffer** buffer) {
  return guard([&]() -> Status {
    TENON_TRY_ASSIGN(Buffer* const made, allocate(bytes));
    *buffer = reinterpret_cast<tenon_buffer*>(made);
    return {};
  });
}

tenon_status import_host(tenon_device*, void* pointer, uint64_t bytes, uint32_t, uint32_t,
                         tenon_buffer** buffer) {
  return guard([&]() -> Status {
    if (pointer == nullptr && bytes != 0) return invalid("null memory of {} bytes", bytes);
    *buffer = reinterpret_cast<tenon_buffer*>(import_memory(pointer, bytes));
    return {};
  });
}

void free_buffer(tenon_device*, tenon_buffer* buffer) { release(object(buffer)); }

tenon_status map(tenon_device*, tenon_buffer* buffer, void** pointer) {
  *pointer = object(buffer)->data;
  return TENON_OK;
}

void unmap(tenon_device*, tenon_buffer*) {}

tenon_status stream(tenon_device* device, tenon_stream** stream) {
  return guard([&]() -> Status {
    auto made = std::make_unique<Stream>(Stream{object(device)});
    *stream = reinterpret_cast<tenon_stream*>(made.release());
    return {};
  });
}

void stream_free(tenon_device*, tenon_stream* stream) { delete object(stream); }

// memcpy of nothing still wants valid pointers, which empty imports need not have.
void move_bytes(void* to, const void* from, uint64_t bytes) {
  if (bytes != 0) std::memcpy(to, from, bytes);
}

tenon_status copy(tenon_stream*, tenon_buffer* to, uint64_t to_offset, tenon_buffer* from,
                  uint64_t from_offset, uint64_t bytes) {
  return guard([&]() -> Status {
    TENON_TRY(check_range(*object(to), to_offset, bytes).at("copy to"));
    TENON_TRY(check_range(*object(from), from_offset, bytes).at("copy from"));
    move_bytes(object(to)->data + to_offset, object(from)->data + from_offset, bytes);
    return {};
  });
}

tenon_status upload(tenon_stream*, tenon_buffer* to, uint64_t to_offset, const void* from,
                    uint64_t bytes) {
  return guard([&]() -> Status {
    TENON_TRY(check_range(*object(to), to_offset, bytes).at("upload"));
    move_bytes(object(to)->data + to_offset, from, bytes);
    return {};
  });
}

tenon_status download(tenon_stream*, tenon_buffer* from, uint64_t from_offset, void* to,
                      uint64_t bytes) {
  return guard([&]() -> Status {
    TENON_TRY(check_range(*object(from), from_offset, bytes).at("download"));
    move_bytes(to, object(from)->data + from_offset, bytes);
    return {};
  });
}

tenon_status fill(tenon_stream*, tenon_buffer* to, uint64_t to_offset, uint64_t bytes,
                  uint32_t value, uint32_t) {
  return guard([&]() -> Status {
    TENON_TRY(check_range(*object(to), to_offset, bytes).at("fill"));
    if (bytes != 0) std::memset(object(to)->data + to_offset, static_cast<int>(value & 255), bytes);
    return {};
  });
}

tenon_status fence(tenon_device*, tenon_fence** fence) {
  return guard([&]() -> Status {
    *fence = reinterpret_cast<tenon_fence*>(new Fence());
    return {};
  });
}

void fence_free(tenon_device*, tenon_fence* fence) { delete object(fence); }

tenon_status signal_fence(tenon_stream*, tenon_fence* fence, uint64_t value) {
  return guard([&]() -> Status {
    signal(*object(fence), value);
    return {};
  });
}

// The stream has no queue: waiting means that the calling thread waits.
tenon_status wait(tenon_stream*, tenon_fence* fence, uint64_t value) {
  return guard([&]() -> Status {
    block(*object(fence), value, UINT64_MAX);
    return {};
  });
}

tenon_status fence_value(tenon_fence* fence, uint64_t* value, tenon_status* status) {
  return guard([&]() -> Status {
    *value = reached(*object(fence));
    *status = TENON_OK;
    return {};
  });
}

tenon_status block_on(tenon_fence* fence, uint64_t value, uint64_t timeout_ns) {
  return guard([&]() -> Status {
    if (block(*object(fence), value, timeout_ns)) return {};
    return timed_out("fence at {}, waited {} ns for {}", reached(*object(fence)), timeout_ns,
                     value);
  });
}

}  // namespace

const tenon_backend& backend_table() {
  static constexpr tenon_backend table = {
      .size = sizeof(tenon_backend),
      .reserved = 0,
      .devices = devices,
      .open = open,
      .close = close,
      .memory = memory,
      .alloc = alloc,
      .import_host = import_host,
      .free = free_buffer,
      .map = map,
      .unmap = unmap,
      .stream = stream,
      .stream_free = stream_free,
      .copy = copy,
      .upload = upload,
      .download = download,
      .fill = fill,
      .fence = fence,
      .fence_free = fence_free,
      .signal = signal_fence,
      .wait = wait,
      .value = fence_value,
      .block = block_on,
  };
  return table;
}

}  // namespace tenon::kernels
