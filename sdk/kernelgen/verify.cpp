// SPDX-License-Identifier: Apache-2.0
#include "tenon/kernelgen/verify.h"

#include "tenon/kernelgen/interpreter.h"

#include <cstddef>
#include <vector>

namespace tenon::kernelgen {
namespace {

// Whether what a copy reads and what it writes are one memory.
bool copies_nothing(const BoundLaunch& launch, std::span<void* const> bindings) {
  std::vector<const void*> ends;
  for (const BoundArgument& argument : launch.arguments) {
    if (argument.kind == BoundArgument::Kind::binding) ends.push_back(bindings[argument.binding]);
  }
  return ends.size() == 2 && ends[0] == ends[1];
}

}  // namespace

Status verify(const IslandProgram& program, const IslandPlan& plan,
              std::span<void* const> bindings) {
  if (bindings.size() != plan.binding_bytes.size()) {
    return invalid("verify: {} bindings, expected {}", bindings.size(), plan.binding_bytes.size());
  }
  std::vector<std::byte> scratch(plan.scratch_bytes);
  for (const BoundLaunch& launch : plan.launches) {
    if (launch.is_copy_of_binding && copies_nothing(launch, bindings)) continue;
    const kir::Kernel& kernel = program.kernels()[launch.kernel];
    std::vector<kir::Argument> arguments;
    for (size_t i = 0; i < launch.arguments.size(); ++i) {
      const BoundArgument& from = launch.arguments[i];
      kir::Argument argument = {.data = nullptr, .elements = 0, .bits = from.bits};
      if (from.kind != BoundArgument::Kind::number) {
        const bool is_scratch = from.kind == BoundArgument::Kind::scratch;
        argument.data =
            is_scratch ? static_cast<void*>(scratch.data() + from.offset) : bindings[from.binding];
        argument.elements = from.bytes / element_bytes(kernel.params[i].dtype);
      }
      arguments.push_back(argument);
    }
    TENON_TRY(kir::interpret(kernel, launch.groups, arguments));
  }
  return {};
}

}  // namespace tenon::kernelgen
