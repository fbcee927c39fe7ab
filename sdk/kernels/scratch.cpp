// SPDX-License-Identifier: Apache-2.0
#include "sdk/kernels/program.h"

namespace tenon::kernels {

Result<uint64_t> plan_scratch(const Program& program, std::span<const uint64_t> bytes,
                              std::span<KernelPlace> places) {
  (void)program;
  uint64_t end = 0;
  for (size_t value = 0; value < places.size(); ++value) {
    if (places[value].kind != KernelPlace::Kind::scratch) continue;
    places[value].offset = end;
    if (bytes[value] > UINT64_MAX - end - memory_alignment) return no_memory("scratch too large");
    end += (bytes[value] + memory_alignment - 1) / memory_alignment * memory_alignment;
  }
  return end;
}

}  // namespace tenon::kernels
