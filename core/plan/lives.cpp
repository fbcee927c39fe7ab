// SPDX-License-Identifier: Apache-2.0
#include "core/plan/lives.h"

#include "core/plan/plan.h"

#include <algorithm>

namespace tenon {

Lives::Lives(const Plan& plan) : last_phase(plan.graph.values.size()) {
  const auto keep = [&](ValueId value) {
    if (value != no_id) last_phase[value] = to_the_end;
  };
  for (const ValueId value : plan.graph.main().outputs) keep(value);
  for (const Read& read : plan.reads) keep(read.value);
  for (const HostStep& step : plan.steps) {
    for (const ValueId value : step.node.inputs) keep(value);
  }
  for (const Island& island : plan.islands) {
    for (const ValueId value : island.inputs) {
      last_phase[value] = std::max(last_phase[value], island.phase);
    }
    // What another island of the same phase reads is found by who binds the phase.
    if (plan.phases == 1) continue;
    for (const auto& values : {island.inputs, island.outputs}) {
      for (const ValueId value : values) {
        if (plan.graph.value(value).kind == ValueKind::constant) continue;
        const auto [known, fresh] = first_phase.try_emplace({island.device, value}, island.phase);
        if (!fresh) known->second = std::min(known->second, island.phase);
      }
    }
  }
}

}  // namespace tenon
