// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <cstdint>
#include <span>
#include <vector>

// Where in one block of memory each of many tensors lies, by lifetime: two that are alive in the
// same step never overlap. Shared by the core and by the SDK's libraries. [any thread]
namespace tenon {

struct MemoryRequest {
  uint64_t bytes = 0;
  uint32_t first = 0;  // steps in which it is alive, both included
  uint32_t last = 0;
  uint64_t alignment = 64;  // a power of two
};

struct MemoryPlan {
  std::vector<uint64_t> offsets;  // one per request
  uint64_t bytes = 0;             // of the whole block
  uint64_t live = 0;  // of the tensors alive in the fullest step: no plan takes less
};

// Code::no_memory when the sum overflows.
Result<MemoryPlan> plan_memory(std::span<const MemoryRequest> requests);

}  // namespace tenon
