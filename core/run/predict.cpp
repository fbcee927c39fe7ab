// SPDX-License-Identifier: Apache-2.0
#include "core/run/predict.h"

#include "core/run/bound_phase.h"
#include "core/run/weights.h"

#include <set>

namespace tenon {

std::vector<std::string> open_sizes(const Plan& plan) {
  std::vector<std::string> names;
  for (const Symbol& symbol : plan.graph.symbols) names.push_back(symbol.name);
  return names;
}

Result<std::vector<MemoryNeed>> predict_memory(const Plan& plan,
                                               const std::vector<int64_t>& symbols) {
  std::vector<MemoryNeed> needs(plan.devices.size());
  std::set<std::pair<size_t, const Constant*>> seen;
  for (const Island& island : plan.islands) {
    for (const ValueId id : island.inputs) {
      const Value& value = plan.graph.value(id);
      if (value.kind != ValueKind::constant) continue;
      if (!seen.insert({island.device, value.constant.get()}).second) continue;
      TENON_TRY_ASSIGN(const bool in_place,
                       used_in_place(*plan.devices[island.device], *value.constant));
      MemoryNeed& need = needs[island.device];
      (in_place ? need.in_place : need.weights) += value.constant->bytes.size();
    }
  }
  for (size_t phase = 0; phase < plan.phases; ++phase) {
    TENON_TRY_ASSIGN(const std::vector<uint64_t> bytes, measure_phase(plan, phase, symbols));
    for (size_t d = 0; d < bytes.size(); ++d) needs[d].arenas += bytes[d];
  }
  return needs;
}

}  // namespace tenon
