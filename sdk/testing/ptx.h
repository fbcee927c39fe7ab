// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sdk/testing/ptx_code.h"
#include "tenon/kernelgen/island_program.h"
#include "tenon/status.h"

#include <array>
#include <map>
#include <span>
#include <string>
#include <string_view>

// A reader and an interpreter of the PTX that our printer writes, made from the text alone: the
// judge of that text where no GPU is at hand. Threads of a work-group run from barrier to barrier.
// [any thread]
namespace tenon::testing {

// One parameter: memory, or the bits of a scalar.
struct PtxArgument {
  void* data = nullptr;
  uint64_t bytes = 0;
  uint64_t bits = 0;
};

class PtxModule {
 public:
  // Fails at the first line that is not understood.
  static Result<PtxModule> parse(std::string_view text);

  // Runs an entry. Fails with the line of an access outside memory or not aligned, of a register
  // read before it is written, a division by zero, or a barrier that some threads do not reach.
  Status run(std::string_view entry, std::array<uint32_t, 3> groups,
             std::span<const PtxArgument> arguments) const;

 private:
  std::map<std::string, ptx::Entry, std::less<>> entries_;
};

// Prints the kernels of a planned island as PTX and runs that: bindings as kernelgen::verify has
// them.
Status verify_ptx(const kernelgen::IslandProgram& program, const kernelgen::IslandPlan& plan,
                  std::span<void* const> bindings);

}  // namespace tenon::testing
