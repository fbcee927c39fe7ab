// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/math/trees.h"
#include "tenon/status.h"

#include <cstdint>
#include <span>
#include <vector>

// The trees of a TreeEnsemble node in the form that is walked. Immutable. [any thread]
namespace tenon::cpu {

// The arrays of the operator; docs/primitives.md states them.
struct TreeArrays {
  int64_t features = 0;
  int64_t leaf_count = 0;
  std::vector<int32_t> nodes;  // feature, mode, yes, no
  std::vector<double> thresholds;
  std::vector<int32_t> roots;

  // The leaf of one tree for features that may be NaN.
  int64_t find_leaf(int32_t root, const float* x, int64_t step) const;
};

// Trees one after the other, each breadth first; small nodes where they suffice, else wide ones.
struct Forest {
  std::vector<SmallNode> small;
  std::vector<WideNode> wide;
  std::vector<uint32_t> roots;
  std::vector<int64_t> depths;
};

// Whether all nodes compare by order; tests for equality have no place in a forest.
bool compares_by_order(std::span<const int32_t> nodes);

Result<Forest> make_forest(const TreeArrays& arrays);

}  // namespace tenon::cpu
