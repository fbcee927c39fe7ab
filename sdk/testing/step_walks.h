// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sdk/testing/test_device.h"

#include <functional>
#include <string>
#include <vector>

// One sequence of tokens through operators that keep states, in several ways: with pages of other
// sizes, in chunks or one by one, alone or beside another sequence. Its results must not differ in
// a bit. For tests of backends.
namespace tenon::testing {

// Runs an island's graph: inputs, then outputs, which give types and shapes.
using RunIsland = std::function<Result<std::vector<TestTensor>>(const std::vector<uint64_t>& blob,
                                                                std::vector<TestTensor> inputs,
                                                                std::vector<TestTensor> outputs)>;

struct Walk {
  std::string name;
  int64_t page_rows = 16;
  std::vector<int64_t> chunks;  // tokens of each step
  bool has_neighbour = false;   // another sequence's tokens stand before those of each step
};

// All of them walk the same tokens; the first is the one to compare with.
std::vector<Walk> walks();

// What the sequence's tokens become through StateWrite and Attend, with rows of one type and a
// state of another.
Result<TestTensor> walk_attention(const RunIsland& run, const Walk& walk, DType rows, DType state);
// The same through CausalConv, SelectiveScan and Wkv in f32; there are no pages.
Result<TestTensor> walk_recurrences(const RunIsland& run, const Walk& walk);

}  // namespace tenon::testing
