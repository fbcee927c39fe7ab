// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/layers/validate_objects.h"

#include <algorithm>

namespace tenon {
namespace validate {
namespace {

struct DeviceList {
  const Call& call;
  const tenon_device_sink* sink;
  Status broken;
};

Status check_device(const Call& call, const tenon_device_info& info) {
  if (info.size < sizeof(tenon_device_info)) {
    return call.plugin_broke("A3", fmt::format("tenon_device_info of {} bytes, expected {}",
                                               info.size, sizeof(tenon_device_info)));
  }
  if (info.id.size == 0) return call.plugin_broke("its text", "a device without id");
  if (info.n_heaps > 0 && (info.heaps == nullptr || info.heap_stride < sizeof(tenon_heap))) {
    return call.plugin_broke("A3", "heaps that cannot be read");
  }
  return {};
}

tenon_status TENON_CALL pass_device(void* context, const tenon_device_info* info) {
  auto* list = static_cast<DeviceList*>(context);
  return at_border([&]() -> Status {
    list->broken = info ? check_device(list->call, *info)
                        : list->call.plugin_broke("A5", "a device without description");
    TENON_TRY(list->broken);
    return take_failure(list->sink->device(list->sink->context, info));
  });
}

tenon_status devices(void* self, const tenon_device_sink* sink) {
  const Call call("tenon.backend/1 devices");
  return at_border([&]() -> Status {
    auto& layer = static_cast<Layer&>(*static_cast<PluginLayer*>(self));
    TENON_TRY(call.need(sink, "sink"));
    DeviceList list{call, sink, {}};
    const tenon_device_sink passing = {.context = &list, .device = pass_device};
    const Status status =
        call.ask([&] { return layer.inner_backend().devices(layer.inner().self(), &passing); });
    if (!list.broken.ok()) return list.broken;
    return status;
  });
}

tenon_status open(void* self, uint32_t ordinal, uint32_t reserved, const tenon_kv* options,
                  uint64_t count, tenon_device** device) {
  const Call call("tenon.backend/1 open");
  return at_border([&]() -> Status {
    auto& layer = static_cast<Layer&>(*static_cast<PluginLayer*>(self));
    TENON_TRY(call.need(device, "device"));
    if (count > 0) TENON_TRY(call.need(options, "options"));
    tenon_device* inner = nullptr;
    TENON_TRY(call.ask([&] {
      return layer.inner_backend().open(layer.inner().self(), ordinal, reserved, options, count,
                                        &inner);
    }));
    if (inner == nullptr) return call.plugin_broke("A6", "success without a device");
    *device = handle_of<tenon_device>(give_out(std::make_unique<Device>(layer, inner)));
    return {};
  });
}

void close(tenon_device* handle) {
  const Call call("tenon.backend/1 close");
  at_border([&]() -> Status {
    TENON_TRY_ASSIGN(Device* const device, call.find<Device>(handle));
    TENON_TRY(retire(call, *device));
    device->backend().close(device->inner);
    return {};
  });
}

tenon_status memory(tenon_device* handle, uint64_t* free, uint64_t* total) {
  const Call call("tenon.backend/1 memory");
  return at_border([&]() -> Status {
    TENON_TRY_ASSIGN(Device* const device, call.find<Device>(handle));
    TENON_TRY(call.need(free, "free"));
    TENON_TRY(call.need(total, "total"));
    return call.ask([&] { return device->backend().memory(device->inner, free, total); });
  });
}

// A new buffer, by alloc or import.
template <class F>
tenon_status make_buffer(const Call& call, tenon_device* handle, uint64_t bytes,
                         tenon_buffer** buffer, F&& make) {
  return at_border([&]() -> Status {
    TENON_TRY_ASSIGN(Device* const device, call.find<Device>(handle));
    TENON_TRY(call.need(buffer, "buffer"));
    tenon_buffer* inner = nullptr;
    TENON_TRY(make(*device, &inner));
    if (inner == nullptr) return call.plugin_broke("A6", "success without a buffer");
    *buffer = handle_of<tenon_buffer>(give_out(std::make_unique<Buffer>(*device, inner, bytes)));
    return {};
  });
}

tenon_status alloc(tenon_device* handle, uint64_t bytes, uint32_t usage, uint32_t reserved,
                   tenon_buffer** buffer) {
  const Call call("tenon.backend/1 alloc");
  return make_buffer(call, handle, bytes, buffer, [&](Device& device, tenon_buffer** inner) {
    return call.ask(
        [&] { return device.backend().alloc(device.inner, bytes, usage, reserved, inner); });
  });
}

tenon_status import_host(tenon_device* handle, void* pointer, uint64_t bytes, uint32_t usage,
                         uint32_t reserved, tenon_buffer** buffer) {
  const Call call("tenon.backend/1 import_host");
  return make_buffer(
      call, handle, bytes, buffer, [&](Device& device, tenon_buffer** inner) -> Status {
        if (bytes > 0) TENON_TRY(call.need(pointer, "pointer"));
        return call.ask([&] {
          return device.backend().import_host(device.inner, pointer, bytes, usage, reserved, inner);
        });
      });
}

void free_buffer(tenon_device* handle, tenon_buffer* buffer_handle) {
  const Call call("tenon.backend/1 free");
  at_border([&]() -> Status {
    TENON_TRY_ASSIGN(Device* const device, call.find<Device>(handle));
    TENON_TRY_ASSIGN(Buffer* const buffer, call.find<Buffer>(buffer_handle));
    TENON_TRY(call.same_device(*buffer, *device));
    if (buffer->maps != 0) TENON_TRY(call.host_broke("A8", "the buffer is still mapped"));
    TENON_TRY(retire(call, *buffer));
    device->backend().free(device->inner, buffer->inner);
    return {};
  });
}

tenon_status map(tenon_device* handle, tenon_buffer* buffer_handle, void** pointer) {
  const Call call("tenon.backend/1 map");
  return at_border([&]() -> Status {
    TENON_TRY_ASSIGN(Device* const device, call.find<Device>(handle));
    TENON_TRY_ASSIGN(Buffer* const buffer, call.find<Buffer>(buffer_handle));
    TENON_TRY(call.same_device(*buffer, *device));
    TENON_TRY(call.need(pointer, "pointer"));
    TENON_TRY(
        call.ask([&] { return device->backend().map(device->inner, buffer->inner, pointer); }));
    ++buffer->maps;
    if (*pointer != nullptr || buffer->bytes == 0) return {};
    return call.plugin_broke("A6", "success without an address");
  });
}

void unmap(tenon_device* handle, tenon_buffer* buffer_handle) {
  const Call call("tenon.backend/1 unmap");
  at_border([&]() -> Status {
    TENON_TRY_ASSIGN(Device* const device, call.find<Device>(handle));
    TENON_TRY_ASSIGN(Buffer* const buffer, call.find<Buffer>(buffer_handle));
    TENON_TRY(call.same_device(*buffer, *device));
    if (buffer->maps == 0) return call.host_broke("its text", "the buffer is not mapped");
    --buffer->maps;
    device->backend().unmap(device->inner, buffer->inner);
    return {};
  });
}

tenon_status make_stream(tenon_device* handle, tenon_stream** stream) {
  const Call call("tenon.backend/1 stream");
  return at_border([&]() -> Status {
    TENON_TRY_ASSIGN(Device* const device, call.find<Device>(handle));
    TENON_TRY(call.need(stream, "stream"));
    tenon_stream* inner = nullptr;
    TENON_TRY(call.ask([&] { return device->backend().stream(device->inner, &inner); }));
    if (inner == nullptr) return call.plugin_broke("A6", "success without a stream");
    *stream = handle_of<tenon_stream>(give_out(std::make_unique<Stream>(*device, inner)));
    return {};
  });
}

void stream_free(tenon_device* handle, tenon_stream* stream_handle) {
  const Call call("tenon.backend/1 stream_free");
  at_border([&]() -> Status {
    TENON_TRY_ASSIGN(Device* const device, call.find<Device>(handle));
    TENON_TRY_ASSIGN(Stream* const stream, call.find<Stream>(stream_handle));
    TENON_TRY(call.same_device(*stream, *device));
    TENON_TRY(retire(call, *stream));
    device->backend().stream_free(device->inner, stream->inner);
    return {};
  });
}

// A command on a stream, alone on it.
template <class F>
tenon_status command(const Call& call, tenon_stream* handle, F&& give) {
  return at_border([&]() -> Status {
    TENON_TRY_ASSIGN(Stream* const stream, call.find<Stream>(handle));
    const StreamUse use(*stream);
    if (!use.owns()) return call.host_broke("A10", "two threads use one stream at once");
    return give(*stream);
  });
}

// The buffer of a command, whose range lies inside it.
Result<Buffer*> range_of(const Call& call, const Stream& stream, tenon_buffer* handle,
                         uint64_t offset, uint64_t bytes) {
  TENON_TRY_ASSIGN(Buffer* const buffer, call.find<Buffer>(handle));
  TENON_TRY(call.same_device(*buffer, stream));
  TENON_TRY(call.inside(*buffer, offset, bytes));
  return buffer;
}

tenon_status copy(tenon_stream* handle, tenon_buffer* to_handle, uint64_t to_offset,
                  tenon_buffer* from_handle, uint64_t from_offset, uint64_t bytes) {
  const Call call("tenon.backend/1 copy");
  return command(call, handle, [&](Stream& stream) -> Status {
    TENON_TRY_ASSIGN(Buffer* const to, range_of(call, stream, to_handle, to_offset, bytes));
    TENON_TRY_ASSIGN(Buffer* const from, range_of(call, stream, from_handle, from_offset, bytes));
    const uint64_t apart = std::max(to_offset, from_offset) - std::min(to_offset, from_offset);
    if (to == from && apart < bytes) return call.host_broke("its text", "the ranges overlap");
    return call.ask([&] {
      return stream.device.backend().copy(stream.inner, to->inner, to_offset, from->inner,
                                          from_offset, bytes);
    });
  });
}

tenon_status upload(tenon_stream* handle, tenon_buffer* to_handle, uint64_t to_offset,
                    const void* from, uint64_t bytes) {
  const Call call("tenon.backend/1 upload");
  return command(call, handle, [&](Stream& stream) -> Status {
    TENON_TRY_ASSIGN(Buffer* const to, range_of(call, stream, to_handle, to_offset, bytes));
    if (bytes > 0) TENON_TRY(call.need(from, "from"));
    return call.ask([&] {
      return stream.device.backend().upload(stream.inner, to->inner, to_offset, from, bytes);
    });
  });
}

tenon_status download(tenon_stream* handle, tenon_buffer* from_handle, uint64_t from_offset,
                      void* to, uint64_t bytes) {
  const Call call("tenon.backend/1 download");
  return command(call, handle, [&](Stream& stream) -> Status {
    TENON_TRY_ASSIGN(Buffer* const from, range_of(call, stream, from_handle, from_offset, bytes));
    if (bytes > 0) TENON_TRY(call.need(to, "to"));
    return call.ask([&] {
      return stream.device.backend().download(stream.inner, from->inner, from_offset, to, bytes);
    });
  });
}

tenon_status fill(tenon_stream* handle, tenon_buffer* to_handle, uint64_t to_offset, uint64_t bytes,
                  uint32_t value, uint32_t reserved) {
  const Call call("tenon.backend/1 fill");
  return command(call, handle, [&](Stream& stream) -> Status {
    TENON_TRY_ASSIGN(Buffer* const to, range_of(call, stream, to_handle, to_offset, bytes));
    return call.ask([&] {
      return stream.device.backend().fill(stream.inner, to->inner, to_offset, bytes, value,
                                          reserved);
    });
  });
}

tenon_status make_fence(tenon_device* handle, tenon_fence** fence) {
  const Call call("tenon.backend/1 fence");
  return at_border([&]() -> Status {
    TENON_TRY_ASSIGN(Device* const device, call.find<Device>(handle));
    TENON_TRY(call.need(fence, "fence"));
    tenon_fence* inner = nullptr;
    TENON_TRY(call.ask([&] { return device->backend().fence(device->inner, &inner); }));
    if (inner == nullptr) return call.plugin_broke("A6", "success without a fence");
    *fence = handle_of<tenon_fence>(give_out(std::make_unique<Fence>(*device, inner)));
    return {};
  });
}

void fence_free(tenon_device* handle, tenon_fence* fence_handle) {
  const Call call("tenon.backend/1 fence_free");
  at_border([&]() -> Status {
    TENON_TRY_ASSIGN(Device* const device, call.find<Device>(handle));
    TENON_TRY_ASSIGN(Fence* const fence, call.find<Fence>(fence_handle));
    TENON_TRY(call.same_device(*fence, *device));
    TENON_TRY(retire(call, *fence));
    device->backend().fence_free(device->inner, fence->inner);
    return {};
  });
}

tenon_status signal(tenon_stream* handle, tenon_fence* fence_handle, uint64_t value) {
  const Call call("tenon.backend/1 signal");
  return command(call, handle, [&](Stream& stream) -> Status {
    TENON_TRY_ASSIGN(Fence* const fence, call.find<Fence>(fence_handle));
    TENON_TRY(call.same_device(*fence, stream));
    {
      const std::lock_guard lock(fence->mutex);
      if (value <= fence->signalled) {
        return call.host_broke(
            "its text",
            fmt::format("value {} after value {}: a fence only grows", value, fence->signalled));
      }
      fence->signalled = value;
    }
    return call.ask(
        [&] { return stream.device.backend().signal(stream.inner, fence->inner, value); });
  });
}

tenon_status wait(tenon_stream* handle, tenon_fence* fence_handle, uint64_t value) {
  const Call call("tenon.backend/1 wait");
  return command(call, handle, [&](Stream& stream) -> Status {
    TENON_TRY_ASSIGN(Fence* const fence, call.find<Fence>(fence_handle));
    TENON_TRY(call.same_device(*fence, stream));
    return call.ask(
        [&] { return stream.device.backend().wait(stream.inner, fence->inner, value); });
  });
}

// What the plugin shows of a fence may neither go back from what it showed before the call nor run
// ahead of what the host asked for.
Status judge_value(const Call& call, Fence& fence, uint64_t before, uint64_t reached) {
  const std::lock_guard lock(fence.mutex);
  if (reached < before || reached > fence.signalled) {
    return call.plugin_broke("its text", fmt::format("the fence shows {}; before it showed {}, and "
                                                     "{} was the last value asked for",
                                                     reached, before, fence.signalled));
  }
  fence.seen = std::max(fence.seen, reached);
  return {};
}

tenon_status value(tenon_fence* handle, uint64_t* reached, tenon_status* failed) {
  const Call call("tenon.backend/1 value");
  return at_border([&]() -> Status {
    TENON_TRY_ASSIGN(Fence* const fence, call.find<Fence>(handle));
    TENON_TRY(call.need(reached, "value"));
    TENON_TRY(call.need(failed, "status"));
    uint64_t before = 0;
    {
      const std::lock_guard lock(fence->mutex);
      before = fence->seen;
    }
    TENON_TRY(
        call.ask([&] { return fence->device.backend().value(fence->inner, reached, failed); }));
    if (*failed < TENON_OK || *failed > TENON_INTERNAL) {
      return call.plugin_broke("A6", fmt::format("{} is no status", *failed));
    }
    return judge_value(call, *fence, before, *reached);
  });
}

tenon_status block(tenon_fence* handle, uint64_t target, uint64_t timeout_ns) {
  const Call call("tenon.backend/1 block");
  return at_border([&]() -> Status {
    TENON_TRY_ASSIGN(Fence* const fence, call.find<Fence>(handle));
    Status status =
        call.ask([&] { return fence->device.backend().block(fence->inner, target, timeout_ns); });
    const std::lock_guard lock(fence->mutex);
    if (status.code() == Code::timeout && target > fence->signalled) {
      return call.host_broke("its text", fmt::format("nobody signals value {}; {} was the last",
                                                     target, fence->signalled));
    }
    if (status.ok() && target > fence->signalled) {
      return call.plugin_broke("its text",
                               fmt::format("value {} is reached, which nobody signalled", target));
    }
    if (status.ok()) fence->seen = std::max(fence->seen, target);
    return status;
  });
}

}  // namespace

const tenon_backend& Layer::backend() const {
  static const tenon_backend table = {
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
      .stream = make_stream,
      .stream_free = stream_free,
      .copy = copy,
      .upload = upload,
      .download = download,
      .fill = fill,
      .fence = make_fence,
      .fence_free = fence_free,
      .signal = signal,
      .wait = wait,
      .value = value,
      .block = block,
  };
  return table;
}

}  // namespace validate

std::unique_ptr<PluginTables> validate_layer(std::unique_ptr<PluginTables> inner) {
  return std::make_unique<validate::Layer>(std::move(inner));
}

}  // namespace tenon
