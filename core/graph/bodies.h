// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"
#include "core/graph/host_value.h"

#include <span>
#include <vector>

// Bodies of control-flow nodes. A node with bodies is closed when what its bodies take from outside
// stands behind its own inputs: attribute `captured` lists those values as the bodies name them, in
// the order of the last inputs of the node, which may have been renamed since.
namespace tenon {

// The bodies of a node, in the order of its attributes.
std::vector<uint32_t> bodies_of(const Node& node);

// What the bodies of the node, and the bodies in them, read but do not make. Constants do not
// count.
std::vector<ValueId> free_values(const Graph& graph, const Node& node);

// Appends the free values to the inputs of the node, once.
void close_node(const Graph& graph, Node& node);
// How many inputs of a closed node are captured ones.
size_t captured_count(const Node& node);

// The body of a closed node as a graph of its own. inputs: values for the inputs of the body and
// then for those captured; the graph takes their kinds, types and ranks from them, extents stay
// free, but for those that are constant around a node Late. Captured tensors at the positions in
// attribute `pinned` become constants. An error when the body has another number of inputs.
Result<Graph> body_graph(const Graph& graph, const Node& node, uint32_t body,
                         std::span<const HostValue> inputs);
// The inputs that body_graph() left as inputs, in their order: positions in `inputs`.
std::vector<size_t> body_arguments(const Graph& graph, const Node& node,
                                   std::span<const HostValue> inputs);

// A value that looks like what the graph knows of it before the run, for planning with; nothing
// when that is too little.
std::optional<HostValue> likeness(const Value& value);

// Text that is equal for inputs that body_graph() treats alike.
std::string signature_of(const Node& node, std::span<const HostValue> inputs);
// Whether elements of captured values become constants of the body.
bool has_pinned(const Node& node);

}  // namespace tenon
