// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// Walks through decision trees, several rows or several trees side by side so that the processor
// has other loads to do while one waits. Pure functions. [any thread]
namespace tenon::cpu {

constexpr int64_t tree_lanes = 8;

// Where x[feature] <= threshold holds, the node `next` places on follows, else the one behind that.
// A leaf has next 0, a feature whose x is minus infinity, and its number as the bits of its
// threshold: so walks of a fixed count of steps stay there. Features are times tree_lanes.
template <class Number>
struct TreeNode {
  float threshold;
  Number feature;
  Number next;
};
using SmallNode = TreeNode<uint16_t>;
using WideNode = TreeNode<uint32_t>;

template <class Node>
struct TreeWalks {
  // One tree for `groups` groups of tree_lanes rows. A group's features lie as
  // [feature][tree_lanes], groups are group_size numbers apart. Leaves come by row.
  void (*rows)(const Node* tree, int64_t depth, const float* x, int64_t group_size, int64_t groups,
               uint32_t* leaves);
  // tree_lanes trees for the first row of a group.
  void (*trees)(const Node* nodes, const uint32_t* roots, int64_t depth, const float* x,
                uint32_t* leaves);
};

struct Trees {
  TreeWalks<SmallNode> small;
  TreeWalks<WideNode> wide;
};

const Trees& trees();

}  // namespace tenon::cpu
