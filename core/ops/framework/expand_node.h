// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"

#include <vector>

// Writing one composite as other operators. [one thread per graph]
namespace tenon {

struct Expansion {
  std::vector<Node> nodes;       // inferred, in topological order
  std::vector<ValueId> results;  // what each output of the composite is; no_id where not wanted
};

bool has_expansion(const Node& node);

// What the node stands for. New values are added to the graph, nodes are not.
Result<Expansion> expand_node(Graph& graph, const Node& node);

}  // namespace tenon
