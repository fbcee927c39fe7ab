// SPDX-License-Identifier: Apache-2.0
#include "core/state/copies.h"

#include "core/run/wait.h"

namespace tenon {

Result<tenon_stream*> Copies::stream(Device& device) {
  Queue& queue = queues_[&device];
  if (!queue.stream) {
    TENON_TRY_ASSIGN(queue.fence, device.fence());
    TENON_TRY_ASSIGN(queue.stream, device.stream());
  }
  return queue.stream.get();
}

Status Copies::copy(const BufferPlace& from, const BufferPlace& to, uint64_t bytes) {
  if (bytes == 0) return {};
  TENON_TRY_ASSIGN(tenon_stream * stream, this->stream(*from.device));
  return from.device->status(
      from.device->backend().copy(stream, to.buffer, to.offset, from.buffer, from.offset, bytes));
}

Status Copies::upload(std::span<const std::byte> from, const BufferPlace& to) {
  if (from.empty()) return {};
  TENON_TRY_ASSIGN(tenon_stream * stream, this->stream(*to.device));
  return to.device->status(
      to.device->backend().upload(stream, to.buffer, to.offset, from.data(), from.size()));
}

Status Copies::download(const BufferPlace& from, std::span<std::byte> to) {
  if (to.empty()) return {};
  TENON_TRY_ASSIGN(tenon_stream * stream, this->stream(*from.device));
  return from.device->status(
      from.device->backend().download(stream, from.buffer, from.offset, to.data(), to.size()));
}

Status Copies::finish() {
  for (auto& [device, queue] : queues_) {
    if (!queue.stream) continue;
    TENON_TRY(device->status(
        device->backend().signal(queue.stream.get(), queue.fence.get(), ++queue.value)));
    TENON_TRY(wait_for(*device, queue.fence, queue.value, {}));
  }
  return {};
}

}  // namespace tenon
