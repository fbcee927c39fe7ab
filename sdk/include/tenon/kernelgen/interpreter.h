// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernelgen/kir.h"
#include "tenon/status.h"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

// Runs a kernel one work-group at a time, all its threads in lockstep, and watches every access:
// the judge of generated kernels where no device is at hand. [any thread]
namespace tenon::kir {

// One parameter: memory of `elements` elements of the parameter's dtype, or the bits of a scalar.
struct Argument {
  void* data = nullptr;
  uint64_t elements = 0;
  uint64_t bits = 0;
};

// Runs `groups` work-groups. Fails with a sentence that names kernel, instruction and thread at the
// first race on shared memory, element written by one thread and touched by another, barrier in
// divergent flow, access outside a buffer or array, signed overflow or division by zero.
Status interpret(const Kernel& kernel, std::array<uint32_t, 3> groups,
                 std::span<const Argument> arguments);

// Structure: operands stand before their users inside their scopes and types fit.
Status check(const Kernel& kernel);

}  // namespace tenon::kir
