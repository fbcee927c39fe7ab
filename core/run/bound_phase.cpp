// SPDX-License-Identifier: Apache-2.0
#include "core/run/bound_phase.h"

#include "tenon/memory_plan.h"

#include <algorithm>
#include <set>

namespace tenon {
namespace {

// A value or a scratch block in the arena of one device.
struct Tenant {
  std::pair<size_t, ValueId> slot;  // no_id: the scratch of island `scratch_of`
  size_t scratch_of = 0;
  MemoryRequest request;
};

class Planner {
 public:
  Planner(const Plan& plan, BoundPhase& phase) : plan_(plan), phase_(phase) {
    for (const GraphState& state : plan.graph.states) {
      elsewhere_.insert(state.value);
      if (state.output) elsewhere_.insert(plan.graph.main().outputs[*state.output]);
    }
  }

  Status add_values() {
    const auto last = static_cast<uint32_t>(phase_.islands.size());
    for (uint32_t step = 0; step < phase_.islands.size(); ++step) {
      const Island& island = *phase_.islands[step].island;
      for (const ValueId value : island.inputs) {
        if (plan_.graph.value(value).kind == ValueKind::constant) continue;
        if (elsewhere_.contains(value)) continue;
        keep_until(value, step);
        // Since an earlier phase, whose arena lives until the run ends.
        if (plan_.lives.there_before(island.device, value, phase_.phase)) continue;
        if (tenants_.contains({island.device, value})) continue;
        TENON_TRY(add({island.device, value}, step, step));
      }
      // What others still need stays to the end; the rest is found out by its last reader.
      for (const ValueId value : island.outputs) {
        if (elsewhere_.contains(value)) continue;
        TENON_TRY(add({island.device, value}, step,
                      plan_.lives.needed_after(value, phase_.phase) ? last : step));
      }
    }
    return {};
  }

  // Gives every tenant its place in the arena of its device.
  Status place() {
    phase_.arena_bytes.assign(plan_.devices.size(), 0);
    for (size_t d = 0; d < plan_.devices.size(); ++d) {
      std::vector<MemoryRequest> requests;
      std::vector<const Tenant*> tenants;
      for (const auto& [key, tenant] : tenants_) {
        if (key.first != d) continue;
        requests.push_back(tenant.request);
        tenants.push_back(&tenant);
      }
      const size_t values = requests.size();
      for (uint32_t step = 0; step < phase_.islands.size(); ++step) {
        const BoundIsland& bound = phase_.islands[step];
        if (bound.island->device != d || bound.demand.scratch_bytes == 0) continue;
        requests.push_back({.bytes = bound.demand.scratch_bytes,
                            .first = step,
                            .last = step,
                            .alignment = std::max(bound.demand.scratch_alignment, alignment(d))});
      }
      if (requests.empty()) continue;
      TENON_TRY_ASSIGN(const MemoryPlan memory, plan_memory(requests));
      // Empty values are bound as well.
      phase_.arena_bytes[d] = std::max<uint64_t>(memory.bytes, 1);
      for (size_t i = 0; i < values; ++i) {
        phase_.slots[tenants[i]->slot] = {memory.offsets[i], requests[i].bytes};
      }
      size_t next = values;
      for (BoundIsland& bound : phase_.islands) {
        if (bound.island->device != d || bound.demand.scratch_bytes == 0) continue;
        bound.scratch_offset = memory.offsets[next++];
      }
    }
    return {};
  }

 private:
  uint64_t alignment(size_t device) const {
    return std::max<uint64_t>(64, plan_.devices[device]->info().alignment);
  }

  Status add(std::pair<size_t, ValueId> slot, uint32_t first, uint32_t last) {
    TENON_TRY_ASSIGN(const uint64_t bytes, value_bytes(plan_.graph, slot.second, phase_.symbols));
    tenants_[slot] = {slot, 0, {bytes, first, last, alignment(slot.first)}};
    return {};
  }

  // What an island reads stays until then wherever it lies: here, or where it is brought from.
  void keep_until(ValueId value, uint32_t step) {
    for (size_t device = 0; device < plan_.devices.size(); ++device) {
      const auto made = tenants_.find({device, value});
      if (made == tenants_.end()) continue;
      uint32_t& last = made->second.request.last;
      last = std::max(last, step);
    }
  }

  const Plan& plan_;
  BoundPhase& phase_;
  std::set<ValueId> elsewhere_;  // states, whose memory is not the run's
  std::map<std::pair<size_t, ValueId>, Tenant> tenants_;
};

}  // namespace

Result<std::vector<int64_t>> value_dims(const Graph& graph, ValueId value,
                                        std::span<const int64_t> symbols) {
  std::vector<int64_t> dims;
  for (const Expr& size : graph.value(value).dims) {
    TENON_TRY_ASSIGN(const int64_t extent, evaluate(graph.exprs->rows(), size.id(), symbols));
    if (extent < 0) {
      return invalid("\"{}\": extent {} on axis {}, the inputs' sizes do not fit the model",
                     graph.value(value).name, extent, dims.size());
    }
    dims.push_back(extent);
  }
  return dims;
}

Result<uint64_t> value_bytes(const Graph& graph, ValueId value, std::span<const int64_t> symbols) {
  TENON_TRY_ASSIGN(const auto dims, value_dims(graph, value, symbols));
  uint64_t bytes = element_bytes(graph.value(value).dtype);
  for (const int64_t extent : dims) {
    if (__builtin_mul_overflow(bytes, static_cast<uint64_t>(extent), &bytes)) {
      return no_memory("\"{}\": its size overflows", graph.value(value).name);
    }
  }
  return bytes;
}

namespace {

// Everything but the memory itself.
Result<std::unique_ptr<BoundPhase>> lay_out(const Plan& plan, size_t phase,
                                            const std::vector<int64_t>& symbols) {
  auto made = std::make_unique<BoundPhase>();
  made->phase = phase;
  made->symbols = symbols;
  for (const Island& island : plan.islands) {
    if (island.phase != phase) continue;
    Device& device = *plan.devices[island.device];
    BoundIsland bound;
    bound.island = &island;
    bound.demand.size = sizeof(tenon_demand);
    tenon_bound* handle = nullptr;
    const tenon_status code = device.programs().bind(island.program.get(), symbols.data(),
                                                     symbols.size(), &handle, &bound.demand);
    if (code != TENON_OK) return device.status(code);
    bound.bound = Bound(device, handle);
    made->islands.push_back(std::move(bound));
  }
  Planner planner(plan, *made);
  TENON_TRY(planner.add_values());
  TENON_TRY(planner.place());
  return made;
}

}  // namespace

Result<std::vector<uint64_t>> measure_phase(const Plan& plan, size_t phase,
                                            const std::vector<int64_t>& symbols) {
  TENON_TRY_ASSIGN(auto made, lay_out(plan, phase, symbols));
  return std::move(made->arena_bytes);
}

Result<std::unique_ptr<BoundPhase>> bind_phase(const Plan& plan, size_t phase,
                                               const std::vector<int64_t>& symbols) {
  TENON_TRY_ASSIGN(auto made, lay_out(plan, phase, symbols));
  made->arenas.resize(plan.devices.size());
  for (size_t d = 0; d < plan.devices.size(); ++d) {
    if (made->arena_bytes[d] == 0) continue;
    TENON_TRY_ASSIGN(made->arenas[d],
                     plan.devices[d]->alloc(made->arena_bytes[d], TENON_USE_SCRATCH));
  }
  return made;
}

}  // namespace tenon
