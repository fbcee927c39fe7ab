// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/run/session.h"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// The inputs of a graph over flattened tokens: the step block. All are i32.
//
//   tokens[T] positions[T] sequence[T] slot[T]   a row for each token of the step; sequence is the
//                         place in the step of the token's sequence, slot = page * rows of a page +
//                         row: where its keys and values go, -1: nowhere
//   start[S+1] length[S] pages[S,P] state_slot[S] prefix[S]   a row for each sequence of the step:
//                         its first token, its keys after the step, its pages, its entry in fixed
//                         states, how many of its first keys all its tokens see
//   token_types[T] block_positions[T]   which text of a pair; 0 in the prefix, then 1, 2, 3 ...
//   want[W]               tokens whose logits are wanted
//   memory_length[S] memory_pages[S,M] memory_slot[T]   the same for what the encoder left
namespace tenon {

// What a step says of one sequence.
struct StepSequence {
  std::span<const int32_t> tokens;
  std::span<const int32_t> types;  // as many as tokens, or empty: all 0
  uint64_t first = 0;              // position of the first token
  std::span<const uint32_t> pages;
  uint32_t state_slot = 0;
  uint64_t prefix = 0;
  uint64_t memory_length = 0;
  std::span<const uint32_t> memory_pages;
  bool want_all = false;
  bool want_last = false;
};

struct StepShape {
  int64_t page_rows = 0;
  int64_t pages = 0;           // columns of pages[S,P]
  int64_t memory_pages = 0;    // columns of memory_pages[S,M]
  bool writes_memory = false;  // an encoder: its tokens go to memory_slot
};

// The inputs that the graph has, in its order, over memory of their own. Inputs that are not of the
// block are errors.
Result<std::vector<RunInput>> step_inputs(const Graph& graph,
                                          std::span<const StepSequence> sequences,
                                          const StepShape& shape);

}  // namespace tenon
