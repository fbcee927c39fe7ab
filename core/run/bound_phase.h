// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan/plan.h"

#include <map>
#include <vector>

// The islands of one phase bound to one set of sizes: what runs again and again without planning or
// allocating. Owned by a session.
namespace tenon {

struct BoundIsland {
  const Island* island = nullptr;
  Bound bound;
  tenon_demand demand{};
  uint64_t scratch_offset = 0;
  // Of inputs and outputs. Those in `open` are found anew in each run: what the caller gives, what
  // comes from elsewhere, and states.
  std::vector<tenon_binding> bindings = {};
  std::vector<uint32_t> open = {};
};

// A value on a device, inside the arena of a phase.
struct Slot {
  uint64_t offset = 0;
  uint64_t bytes = 0;
};

struct BoundPhase {
  size_t phase = 0;
  std::vector<int64_t> symbols;  // the sizes it was bound for
  std::vector<BoundIsland> islands;
  std::vector<uint64_t> arena_bytes;                 // per device
  std::vector<Buffer> arenas;                        // per device; empty where nothing is needed
  std::map<std::pair<size_t, ValueId>, Slot> slots;  // (device, value)
};

// Bytes of a value for these sizes; checks that no extent is negative and nothing overflows.
Result<uint64_t> value_bytes(const Graph& graph, ValueId value, std::span<const int64_t> symbols);
Result<std::vector<int64_t>> value_dims(const Graph& graph, ValueId value,
                                        std::span<const int64_t> symbols);

// Bytes of the phase's arenas, per device, as bind_phase() would allocate them.
Result<std::vector<uint64_t>> measure_phase(const Plan& plan, size_t phase,
                                            const std::vector<int64_t>& symbols);

// Binds every island of the phase, plans the memory of all that it makes or receives by lifetime,
// and allocates it.
Result<std::unique_ptr<BoundPhase>> bind_phase(const Plan& plan, size_t phase,
                                               const std::vector<int64_t>& symbols);

}  // namespace tenon
