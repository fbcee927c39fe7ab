// SPDX-License-Identifier: Apache-2.0
#include "core/state/state_memory.h"

#include <algorithm>

namespace tenon {
namespace {

bool is_paged(StateClass kept_as) { return kept_as != StateClass::fixed; }

}  // namespace

Result<Device*> StateMemory::device_of(const Plan& plan, ValueId value, std::string_view name) {
  Device* found = nullptr;
  for (const Island& island : plan.islands) {
    if (std::ranges::count(island.inputs, value) == 0) continue;
    Device* device = plan.devices[island.device];
    if (found != nullptr && found != device) {
      return unsupported(
          "state \"{}\" is used on {} and on {}; name one device, so that it has one place", name,
          found->id(), device->id());
    }
    found = device;
  }
  return found;
}

uint64_t StateMemory::Part::row_bytes() const {
  uint64_t bytes = element_bytes(dtype);
  for (size_t axis = is_paged(kept_as) ? 2 : 1; axis < dims.size(); ++axis) {
    bytes *= static_cast<uint64_t>(dims[axis]);
  }
  return bytes;
}

BufferPlace StateMemory::Part::place(uint32_t page, int64_t row) const {
  const uint64_t rows = is_paged(kept_as) ? static_cast<uint64_t>(dims[1]) : 1;
  return {device, buffer.get(), (page * rows + static_cast<uint64_t>(row)) * row_bytes()};
}

Status StateMemory::add(const Plan& plan, const GraphState& state) {
  TENON_TRY_ASSIGN(Device * device, device_of(plan, state.value, state.name));
  if (device == nullptr) return {};  // nothing reads it
  const Value& value = plan.graph.value(state.value);
  Part part;
  part.device = device;
  part.dtype = value.dtype;
  part.kept_as = state.kept_as;
  const size_t own = is_paged(state.kept_as) ? 2 : 1;
  if (value.dims.size() <= own) {
    return invalid("state \"{}\" has {} dims, at least {} are expected", state.name,
                   value.dims.size(), own + 1);
  }
  part.dims = is_paged(state.kept_as) ? std::vector{sizes_.pages, sizes_.page_rows}
                                      : std::vector{sizes_.sequences};
  for (size_t axis = own; axis < value.dims.size(); ++axis) {
    if (!value.dims[axis].is_constant()) {
      return invalid("state \"{}\": axis {} is not known before a run", state.name, axis);
    }
    part.dims.push_back(value.dims[axis].constant());
  }
  if (const auto known = parts_.find(state.name); known != parts_.end()) {
    const Part& other = known->second;
    if (other.dims != part.dims || other.dtype != part.dtype || other.device != device) {
      return invalid("state \"{}\" is not the same in all graphs of the model", state.name);
    }
    return {};
  }
  TENON_TRY_ASSIGN(const uint64_t bytes, bytes_of(part.dtype, part.dims));
  TENON_TRY_ASSIGN(part.buffer, device->alloc(bytes, TENON_USE_SCRATCH));
  parts_.emplace(state.name, std::move(part));
  return {};
}

Result<std::unique_ptr<StateMemory>> StateMemory::make(std::span<const Plan* const> plans,
                                                       const PoolSizes& sizes) {
  auto made = std::make_unique<StateMemory>();
  made->sizes_ = sizes;
  for (const Plan* plan : plans) {
    for (const GraphState& state : plan->graph.states) TENON_TRY(made->add(*plan, state));
  }
  return made;
}

std::vector<RunState> StateMemory::of(const Plan& plan) const {
  std::vector<RunState> states;
  for (const GraphState& state : plan.graph.states) {
    const auto found = parts_.find(state.name);
    if (found == parts_.end()) continue;
    const Part& part = found->second;
    states.push_back({state.value, part.dims, {part.buffer.get(), 0, part.buffer.bytes()}});
  }
  return states;
}

bool StateMemory::has(StateClass kept_as) const {
  return std::ranges::any_of(parts_,
                             [&](const auto& part) { return part.second.kept_as == kept_as; });
}

uint64_t StateMemory::bytes() const {
  uint64_t sum = 0;
  for (const auto& [name, part] : parts_) sum += part.buffer.bytes();
  return sum;
}

Status StateMemory::copy_page(uint32_t from, uint32_t to, int64_t rows) {
  for (const auto& [name, part] : parts_) {
    if (!is_paged(part.kept_as) || part.kept_as == StateClass::kept) continue;
    TENON_TRY(copies_.copy(part.place(from, 0), part.place(to, 0),
                           static_cast<uint64_t>(rows) * part.row_bytes()));
  }
  return copies_.finish();
}

Status StateMemory::copy_fixed(uint32_t from, uint32_t to) {
  for (const auto& [name, part] : parts_) {
    if (part.kept_as != StateClass::fixed) continue;
    TENON_TRY(copies_.copy(part.place(from, 0), part.place(to, 0), part.row_bytes()));
  }
  return copies_.finish();
}

Status StateMemory::clear_fixed(uint32_t sequence) {
  uint64_t most = 0;
  for (const auto& [name, part] : parts_) {
    if (part.kept_as == StateClass::fixed) most = std::max(most, part.row_bytes());
  }
  const std::vector<std::byte> zeros(most);
  for (const auto& [name, part] : parts_) {
    if (part.kept_as != StateClass::fixed) continue;
    TENON_TRY(copies_.upload(std::span(zeros).first(part.row_bytes()), part.place(sequence, 0)));
  }
  return copies_.finish();
}

std::vector<StateMemory::Piece> StateMemory::pieces(const Share& share) const {
  std::vector<Piece> made;
  for (const auto& [name, part] : parts_) {
    if (part.kept_as == StateClass::fixed) {
      made.push_back({part.place(share.sequence, 0), part.row_bytes()});
      continue;
    }
    const bool kept = part.kept_as == StateClass::kept;
    int64_t left = kept ? share.kept_rows : share.rows;
    for (const uint32_t page : kept ? share.kept_pages : share.pages) {
      const int64_t rows = std::min(left, sizes_.page_rows);
      if (rows <= 0) break;
      made.push_back({part.place(page, 0), static_cast<uint64_t>(rows) * part.row_bytes()});
      left -= rows;
    }
  }
  return made;
}

uint64_t StateMemory::saved_bytes(const Share& share) const {
  uint64_t sum = 0;
  for (const auto& [name, part] : parts_) {
    const int64_t rows = part.kept_as == StateClass::fixed  ? 1
                         : part.kept_as == StateClass::kept ? share.kept_rows
                                                            : share.rows;
    sum += static_cast<uint64_t>(rows) * part.row_bytes();
  }
  return sum;
}

Status StateMemory::save(const Share& share, std::span<std::byte> to) {
  for (const Piece& piece : pieces(share)) {
    TENON_TRY(copies_.download(piece.place, to.first(piece.bytes)));
    to = to.subspan(piece.bytes);
  }
  return copies_.finish();
}

Status StateMemory::restore(const Share& share, std::span<const std::byte> from) {
  for (const Piece& piece : pieces(share)) {
    TENON_TRY(copies_.upload(from.first(piece.bytes), piece.place));
    from = from.subspan(piece.bytes);
  }
  return copies_.finish();
}

}  // namespace tenon
