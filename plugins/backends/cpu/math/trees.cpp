// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/math/trees.h"

#include "plugins/backends/cpu/simd/simd.h"

namespace tenon::cpu::TENON_LEVEL {
namespace {

// Deeper trees seldom have all leaves at their end: after each stretch it is asked whether all
// lanes stand at one.
constexpr int64_t stretch = 8;

template <class Node>
TENON_INLINE void take_steps(const Node** at, const float* x, int64_t lane_step, int64_t steps) {
  for (int64_t step = 0; step < steps; ++step) {
#pragma GCC unroll 8
    for (int64_t lane = 0; lane < tree_lanes; ++lane) {
      const Node* const node = at[lane];
      const float value = x[node->feature + lane * lane_step];
      at[lane] = node + node->next + (value <= node->threshold ? 0 : 1);
    }
  }
}

template <class Node>
TENON_INLINE bool all_at_leaves(const Node* const* at) {
  uint32_t next = 0;
  for (int64_t lane = 0; lane < tree_lanes; ++lane) next |= at[lane]->next;
  return next == 0;
}

template <class Node>
TENON_INLINE void walk(const Node** at, int64_t depth, const float* x, int64_t lane_step,
                       uint32_t* leaves) {
  take_steps(at, x, lane_step, depth < stretch ? depth : stretch);
  for (int64_t done = stretch; done < depth && !all_at_leaves(at); done += stretch) {
    take_steps(at, x, lane_step, stretch);
  }
  for (int64_t lane = 0; lane < tree_lanes; ++lane) {
    __builtin_memcpy(&leaves[lane], &at[lane]->threshold, sizeof(uint32_t));
  }
}

template <class Node>
void walk_rows(const Node* tree, int64_t depth, const float* x, int64_t group_size, int64_t groups,
               uint32_t* leaves) {
  for (int64_t group = 0; group < groups; ++group) {
    const Node* at[tree_lanes];
    for (const Node*& node : at) node = tree;
    walk(at, depth, x + group * group_size, 1, leaves + group * tree_lanes);
  }
}

template <class Node>
void walk_trees(const Node* nodes, const uint32_t* roots, int64_t depth, const float* x,
                uint32_t* leaves) {
  const Node* at[tree_lanes];
  for (int64_t lane = 0; lane < tree_lanes; ++lane) at[lane] = nodes + roots[lane];
  walk(at, depth, x, 0, leaves);
}

}  // namespace

extern const Trees trees;
const Trees trees = {.small = {walk_rows<SmallNode>, walk_trees<SmallNode>},
                     .wide = {walk_rows<WideNode>, walk_trees<WideNode>}};

}  // namespace tenon::cpu::TENON_LEVEL
