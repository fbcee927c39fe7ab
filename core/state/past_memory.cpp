// SPDX-License-Identifier: Apache-2.0
#include "core/state/past_memory.h"

#include "core/state/state_memory.h"

#include <algorithm>

namespace tenon {
namespace {

// The device whose island makes the value; null when none does.
Device* maker_of(const Plan& plan, ValueId value) {
  for (const Island& island : plan.islands) {
    if (std::ranges::count(island.outputs, value) > 0) return plan.devices[island.device];
  }
  return nullptr;
}

}  // namespace

std::vector<int64_t> PastMemory::Port::dims_of(uint64_t length) const {
  std::vector<int64_t> sizes = dims;
  sizes[port.axis] = static_cast<int64_t>(length);
  return sizes;
}

uint64_t PastMemory::Port::bytes_of(uint64_t length) const {
  uint64_t product = element_bytes(dtype);
  for (const int64_t extent : dims_of(length)) product *= static_cast<uint64_t>(extent);
  return product;
}

BufferPlace PastMemory::place(const Port& port, uint32_t sequence, bool next) const {
  const size_t which = 2 * size_t{sequence} + (second_[sequence] != next ? 1 : 0);
  return {port.device, port.buffers[which].get(), 0};
}

Status PastMemory::add(const Plan& plan, const PastPort& port) {
  const Value& value = plan.graph.value(port.value);
  const ValueId output = plan.graph.main().outputs[port.output];
  TENON_TRY_ASSIGN(Device * device, StateMemory::device_of(plan, port.value, value.name));
  if (device == nullptr || maker_of(plan, output) != device) {
    return unsupported("\"{}\" does not stay on one device", value.name);
  }
  for (size_t axis = 1; axis < value.dims.size(); ++axis) {
    if (axis != port.axis && !value.dims[axis].is_constant()) {
      return unsupported("\"{}\": axis {} is not known before a run", value.name, axis);
    }
  }
  Port made;
  made.port = port;
  made.device = device;
  made.dtype = value.dtype;
  made.dims = past_dims(value, port.axis, 0);
  TENON_TRY_ASSIGN(const uint64_t bytes, tenon::bytes_of(made.dtype, made.dims_of(capacity_)));
  for (size_t i = 0; i < 2 * second_.size(); ++i) {
    TENON_TRY_ASSIGN(Buffer buffer, device->alloc(bytes, TENON_USE_SCRATCH));
    made.buffers.push_back(std::move(buffer));
  }
  ports_.push_back(std::move(made));
  return {};
}

Result<std::unique_ptr<PastMemory>> PastMemory::make(const Plan& plan,
                                                     const std::vector<PastPort>& ports,
                                                     uint64_t capacity, uint32_t sequences) {
  auto made = std::make_unique<PastMemory>();
  made->capacity_ = capacity;
  made->second_.assign(sequences, false);
  for (const PastPort& port : ports) TENON_TRY(made->add(plan, port));
  return made;
}

void PastMemory::give(uint32_t sequence, uint64_t length, std::vector<RunInput>&,
                      std::vector<RunState>& states) const {
  for (const Port& port : ports_) {
    const uint64_t bytes = port.bytes_of(capacity_);
    states.push_back({port.port.value,
                      port.dims_of(length),
                      {place(port, sequence, false).buffer, 0, bytes},
                      {place(port, sequence, true).buffer, 0, bytes}});
  }
}

Status PastMemory::copy(uint32_t from, uint32_t to, uint64_t length) {
  for (const Port& port : ports_) {
    TENON_TRY(
        copies_.copy(place(port, from, false), place(port, to, false), port.bytes_of(length)));
  }
  return copies_.finish();
}

uint64_t PastMemory::bytes(uint64_t length) const {
  uint64_t sum = 0;
  for (const Port& port : ports_) sum += port.bytes_of(length);
  return sum;
}

Status PastMemory::save(uint32_t sequence, uint64_t length, std::span<std::byte> to) {
  for (const Port& port : ports_) {
    const uint64_t bytes = port.bytes_of(length);
    TENON_TRY(copies_.download(place(port, sequence, false), to.first(bytes)));
    to = to.subspan(bytes);
  }
  return copies_.finish();
}

Status PastMemory::restore(uint32_t sequence, uint64_t length, std::span<const std::byte> from) {
  for (const Port& port : ports_) {
    const uint64_t bytes = port.bytes_of(length);
    TENON_TRY(copies_.upload(from.first(bytes), place(port, sequence, false)));
    from = from.subspan(bytes);
  }
  return copies_.finish();
}

Status PastMemory::cut(uint32_t sequence, uint64_t before, uint64_t length) {
  std::vector<std::byte> whole(bytes(before)), part(bytes(length));
  TENON_TRY(save(sequence, before, whole));
  const std::byte* from = whole.data();
  std::byte* to = part.data();
  for (const Port& port : ports_) {
    cut_past(port.dims, port.port.axis, element_bytes(port.dtype), before, length, from, to);
    from += port.bytes_of(before);
    to += port.bytes_of(length);
  }
  return restore(sequence, length, part);
}

}  // namespace tenon
