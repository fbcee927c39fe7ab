// SPDX-License-Identifier: Apache-2.0
#include "core/base/border.h"
#include "core/base/platform.h"
#include "core/plugin/layers/fault_objects.h"

namespace tenon {
namespace fault {
namespace {

Device* of(tenon_device* handle) { return object_of<Device>(handle); }
Buffer* of(tenon_buffer* handle) { return object_of<Buffer>(handle); }
Stream* of(tenon_stream* handle) { return object_of<Stream>(handle); }
Fence* of(tenon_fence* handle) { return object_of<Fence>(handle); }

struct DeviceList {
  const tenon_device_sink* sink;
  bool asynchronous;
};

tenon_status TENON_CALL pass_device(void* context, const tenon_device_info* info) {
  const auto* list = static_cast<const DeviceList*>(context);
  tenon_device_info changed = *info;
  if (list->asynchronous) changed.flags |= TENON_DEVICE_ASYNC;
  return list->sink->device(list->sink->context, &changed);
}

tenon_status devices(void* self, const tenon_device_sink* sink) {
  auto* layer = static_cast<Layer*>(static_cast<PluginLayer*>(self));
  DeviceList list{sink, layer->delays()};
  const tenon_device_sink passing = {.context = &list, .device = pass_device};
  return layer->inner_backend().devices(layer->inner().self(), &passing);
}

tenon_status open(void* self, uint32_t ordinal, uint32_t reserved, const tenon_kv* options,
                  uint64_t count, tenon_device** device) {
  auto* layer = static_cast<Layer*>(static_cast<PluginLayer*>(self));
  return at_border([&]() -> Status {
    auto made = std::make_unique<Device>();
    made->layer = layer;
    TENON_TRY(take_failure(layer->inner_backend().open(layer->inner().self(), ordinal, reserved,
                                                       options, count, &made->inner)));
    *device = handle_of<tenon_device>(made.release());
    return {};
  });
}

void close(tenon_device* handle) {
  const std::unique_ptr<Device> device(of(handle));
  device->backend().close(device->inner);
}

tenon_status memory(tenon_device* handle, uint64_t* free, uint64_t* total) {
  const Device& device = *of(handle);
  return at_border([&]() -> Status {
    TENON_TRY(device.alive());
    return take_failure(device.backend().memory(device.inner, free, total));
  });
}

tenon_status alloc(tenon_device* handle, uint64_t bytes, uint32_t usage, uint32_t reserved,
                   tenon_buffer** buffer) {
  Device& device = *of(handle);
  return at_border([&]() -> Status {
    TENON_TRY(device.alive());
    TENON_TRY(device.layer->counter.at(FaultPoint::alloc));
    auto made = std::make_unique<Buffer>();
    made->device = &device;
    TENON_TRY(
        take_failure(device.backend().alloc(device.inner, bytes, usage, reserved, &made->inner)));
    *buffer = handle_of<tenon_buffer>(made.release());
    return {};
  });
}

tenon_status import_host(tenon_device* handle, void* pointer, uint64_t bytes, uint32_t usage,
                         uint32_t reserved, tenon_buffer** buffer) {
  Device& device = *of(handle);
  return at_border([&]() -> Status {
    TENON_TRY(device.alive());
    TENON_TRY(device.layer->counter.at(FaultPoint::import));
    auto made = std::make_unique<Buffer>();
    made->device = &device;
    TENON_TRY(take_failure(
        device.backend().import_host(device.inner, pointer, bytes, usage, reserved, &made->inner)));
    *buffer = handle_of<tenon_buffer>(made.release());
    return {};
  });
}

void free_buffer(tenon_device* handle, tenon_buffer* buffer) {
  const std::unique_ptr<Buffer> held(of(buffer));
  of(handle)->backend().free(of(handle)->inner, held->inner);
}

tenon_status map(tenon_device* handle, tenon_buffer* buffer, void** pointer) {
  const Device& device = *of(handle);
  return at_border([&]() -> Status {
    TENON_TRY(device.alive());
    return take_failure(device.backend().map(device.inner, of(buffer)->inner, pointer));
  });
}

void unmap(tenon_device* handle, tenon_buffer* buffer) {
  of(handle)->backend().unmap(of(handle)->inner, of(buffer)->inner);
}

tenon_status make_stream(tenon_device* handle, tenon_stream** stream) {
  Device& device = *of(handle);
  return at_border([&]() -> Status {
    TENON_TRY(device.alive());
    tenon_stream* inner = nullptr;
    TENON_TRY(take_failure(device.backend().stream(device.inner, &inner)));
    *stream = handle_of<tenon_stream>(std::make_unique<Stream>(device, inner).release());
    return {};
  });
}

void stream_free(tenon_device*, tenon_stream* stream) { delete of(stream); }

tenon_status copy(tenon_stream* handle, tenon_buffer* to, uint64_t to_offset, tenon_buffer* from,
                  uint64_t from_offset, uint64_t bytes) {
  Stream& stream = *of(handle);
  Device& device = stream.device();
  return at_border([&]() -> Status {
    TENON_TRY(device.layer->counter.at(FaultPoint::copy));
    return stream.submit([=, &stream, &device, to = of(to)->inner, from = of(from)->inner] {
      return take_failure(
          device.backend().copy(stream.inner(), to, to_offset, from, from_offset, bytes));
    });
  });
}

tenon_status upload(tenon_stream* handle, tenon_buffer* to, uint64_t to_offset, const void* from,
                    uint64_t bytes) {
  Stream& stream = *of(handle);
  Device& device = stream.device();
  return at_border([&]() -> Status {
    TENON_TRY(device.layer->counter.at(FaultPoint::upload));
    return stream.submit([=, &stream, &device, to = of(to)->inner] {
      return take_failure(device.backend().upload(stream.inner(), to, to_offset, from, bytes));
    });
  });
}

tenon_status download(tenon_stream* handle, tenon_buffer* from, uint64_t from_offset, void* to,
                      uint64_t bytes) {
  Stream& stream = *of(handle);
  Device& device = stream.device();
  return at_border([&]() -> Status {
    TENON_TRY(device.layer->counter.at(FaultPoint::download));
    return stream.submit([=, &stream, &device, from = of(from)->inner] {
      return take_failure(device.backend().download(stream.inner(), from, from_offset, to, bytes));
    });
  });
}

tenon_status fill(tenon_stream* handle, tenon_buffer* to, uint64_t to_offset, uint64_t bytes,
                  uint32_t value, uint32_t reserved) {
  Stream& stream = *of(handle);
  Device& device = stream.device();
  return at_border([&]() -> Status {
    TENON_TRY(device.layer->counter.at(FaultPoint::fill));
    return stream.submit([=, &stream, &device, to = of(to)->inner] {
      return take_failure(
          device.backend().fill(stream.inner(), to, to_offset, bytes, value, reserved));
    });
  });
}

tenon_status make_fence(tenon_device* handle, tenon_fence** fence) {
  Device& device = *of(handle);
  return at_border([&]() -> Status {
    TENON_TRY(device.alive());
    auto made = std::make_unique<Fence>();
    made->device = &device;
    TENON_TRY(take_failure(device.backend().fence(device.inner, &made->inner)));
    *fence = handle_of<tenon_fence>(made.release());
    return {};
  });
}

void fence_free(tenon_device* handle, tenon_fence* fence) {
  const std::unique_ptr<Fence> held(of(fence));
  of(handle)->backend().fence_free(of(handle)->inner, held->inner);
}

tenon_status signal(tenon_stream* handle, tenon_fence* fence, uint64_t value) {
  return at_border([&] { return of(handle)->signal(*of(fence), value); });
}

tenon_status wait(tenon_stream* handle, tenon_fence* fence, uint64_t value) {
  return at_border([&] { return of(handle)->wait(*of(fence), value); });
}

tenon_status value(tenon_fence* handle, uint64_t* reached, tenon_status* failed) {
  Fence& fence = *of(handle);
  return at_border([&]() -> Status {
    if (fence.device->layer->delays()) return fence.value_delayed(reached, failed);
    TENON_TRY(take_failure(fence.device->backend().value(fence.inner, reached, failed)));
    if (fence.device->lost) *failed = TENON_DEVICE_LOST;
    return {};
  });
}

tenon_status block(tenon_fence* handle, uint64_t target, uint64_t timeout_ns) {
  Fence& fence = *of(handle);
  return at_border([&]() -> Status {
    TENON_TRY(fence.device->alive());
    if (fence.device->layer->delays()) return fence.block_delayed(target, timeout_ns);
    return take_failure(fence.device->backend().block(fence.inner, target, timeout_ns));
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

}  // namespace fault

std::unique_ptr<PluginTables> fault_layer(std::unique_ptr<PluginTables> inner) {
  // The script was checked when the host was made; an unsound one does nothing.
  const auto script = parse_fault_script(environment("TENON_FAULT").value_or(""));
  return std::make_unique<fault::Layer>(std::move(inner), script.ok() ? *script : FaultScript());
}

}  // namespace tenon
