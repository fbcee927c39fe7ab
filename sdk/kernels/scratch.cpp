// SPDX-License-Identifier: Apache-2.0
#include "sdk/kernels/program.h"

#include "tenon/memory_plan.h"

namespace tenon::kernels {
namespace {

constexpr uint32_t never = UINT32_MAX;

struct Life {
  uint32_t first = never;
  uint32_t last = 0;
};

// The steps that make and last read what lies in the memory of each value.
std::vector<Life> lives_of(const Program& program) {
  std::vector<Life> lives(program.graph.values());
  for (uint32_t i = 0; i < program.steps.size(); ++i) {
    const NodeView& node = program.steps[i].node;
    const auto touch = [&](uint32_t value) {
      if (value == TENON_NONE) return;
      Life& life = lives[program.homes[value]];
      if (life.first == never) life.first = i;
      life.last = i;
    };
    for (const uint32_t value : program.steps[i].reads()) touch(value);
    for (size_t k = 0; k < node.outputs(); ++k) touch(node.output_value(k));
  }
  return lives;
}

// The value in whose memory each value lies. What a formula makes may lie over an input of the same
// size that nobody reads later.
std::vector<uint32_t> places_over(const Program& program, std::span<const uint64_t> bytes,
                                  std::span<const KernelPlace> places, std::vector<Life>& lives) {
  std::vector<uint32_t> over = program.homes;
  for (uint32_t i = 0; i < program.steps.size(); ++i) {
    const Step& step = program.steps[i];
    for (const uint32_t input : step.straight) {
      const uint32_t output = step.node.output_value(0);
      const uint32_t home = over[program.homes[input]];
      const bool is_free = places[home].kind == KernelPlace::Kind::scratch &&
                           places[output].kind == KernelPlace::Kind::scratch &&
                           lives[home].last == i && bytes[home] == bytes[output];
      // Values that share their memory already are none of ours.
      if (!is_free || over[output] != output || lives[output].first != i) continue;
      over[output] = home;
      lives[home].last = lives[output].last;
      break;
    }
  }
  return over;
}

}  // namespace

Result<uint64_t> plan_scratch(const Program& program, std::span<const uint64_t> bytes,
                              std::span<KernelPlace> places) {
  std::vector<Life> lives = lives_of(program);
  const std::vector<uint32_t> over = places_over(program, bytes, places, lives);
  std::vector<MemoryRequest> requests;
  std::vector<size_t> values;
  for (size_t value = 0; value < places.size(); ++value) {
    if (places[value].kind != KernelPlace::Kind::scratch) continue;
    if (over[value] != value) continue;
    values.push_back(value);
    requests.push_back({.bytes = bytes[value],
                        .first = lives[value].first,
                        .last = lives[value].last,
                        .alignment = memory_alignment});
  }
  TENON_TRY_ASSIGN(const MemoryPlan plan, plan_memory(requests));
  for (size_t i = 0; i < values.size(); ++i) places[values[i]].offset = plan.offsets[i];
  for (size_t value = 0; value < places.size(); ++value) {
    if (places[value].kind == KernelPlace::Kind::scratch) {
      places[value].offset = places[over[program.homes[value]]].offset;
    }
  }
  // Each worker's part begins here, so the end must be aligned too.
  if (plan.bytes > UINT64_MAX - memory_alignment)
    return no_memory("{} bytes of scratch", plan.bytes);
  return (plan.bytes + memory_alignment - 1) / memory_alignment * memory_alignment;
}

}  // namespace tenon::kernels
