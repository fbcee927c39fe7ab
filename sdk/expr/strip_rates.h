// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/expr.h"

#include <cstdint>
#include <span>
#include <vector>

// Which rows of a formula change seldom along the innermost axis. A formula that cuts the axis into
// blocks ("k / 32") computes much that is the same for a whole block; such rows need one register
// element for each group of 2^rate elements.
namespace tenon::strip {

// Strips hold at least two groups.
constexpr int most_rate = 8;

struct Rates {
  // For each of the ids: its value is the same in every aligned group of 2^rate elements. 0 for
  // all when nothing is to be gained.
  std::vector<int> of;
  int largest = 0;
  // The innermost axis, and what its extent must be a multiple of for all this to hold.
  int64_t axis = 0;
  int64_t multiple = 1;
};

// ids: ascending, closed under operands; uniform: those that are one number a run.
Rates rates_of(const ExprPool& pool, std::span<const ExprId> ids, const std::vector<bool>& uniform);

}  // namespace tenon::strip
