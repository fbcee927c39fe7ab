// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plan/plan.h"

#include <cstdint>
#include <string>
#include <vector>

// What a session of a plan will take on its devices, computed before any of it is allocated.
namespace tenon {

struct MemoryNeed {
  uint64_t weights = 0;   // constants that get a buffer of the device's own
  uint64_t in_place = 0;  // constants that the device reads where the host has them
  uint64_t arenas = 0;    // values and scratch of one set of sizes, all phases
};

// Names of the sizes that a plan leaves open: inputs' and those that data decide.
std::vector<std::string> open_sizes(const Plan& plan);

// For each device, what one session takes for these values of the plan's symbols. Bodies of host
// nodes are planned when they run and are not counted.
Result<std::vector<MemoryNeed>> predict_memory(const Plan& plan,
                                               const std::vector<int64_t>& symbols);

}  // namespace tenon
