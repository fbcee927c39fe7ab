// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/graph_view.h"

#include <cstdint>
#include <vector>

// Nodes that change an input into an output: when such a kernel starts, the output already holds
// the elements of the input, and the kernel writes only what changes. Here backends ask which
// values of an island can have one memory; for all other pairs they copy first. [any thread]
namespace tenon {

// An output of a node and the input that it continues, by their values.
struct InPlacePair {
  uint32_t output;
  uint32_t input;
};

// The pairs of a node, as its attribute "in_place" lists them. Entries that name no operand, or
// values of different types, are left out.
std::vector<InPlacePair> in_place_pairs(const GraphView& graph, const tenon_node& node);

// For each value of the graph the value in whose memory it lies, mostly itself. Two that differ
// were made one after the other by nodes that work in place, and none but the next in the chain
// reads the older one afterwards. An output of the island is a memory of its own, and so is an
// input.
std::vector<uint32_t> in_place_homes(const GraphView& graph);

}  // namespace tenon
