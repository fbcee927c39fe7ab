// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernelgen/island_program.h"

#include <span>

// Runs a planned island in the interpreter instead of on a device: the check that its kernels are
// sound and what they compute. [any thread]
namespace tenon::kernelgen {

// bindings: memory of the island's inputs, then its outputs, as large as plan.binding_bytes says.
// Fails with the interpreter's sentence at the first unsound access.
Status verify(const IslandProgram& program, const IslandPlan& plan,
              std::span<void* const> bindings);

}  // namespace tenon::kernelgen
