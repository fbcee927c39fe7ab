// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"

#include <string>
#include <vector>

// Inferring one node. [one thread per graph]
namespace tenon {

// `node "conv1" (Conv)`: how messages name a node.
std::string describe(const Node& node);

// Checks the operands against the operator's declaration, gives every wanted output its type and
// dims, puts attributes into canonical form and records elements that are known. wanted, when
// given: after a failure, the inputs whose elements would have to be known.
Status infer_node(Graph& graph, Node& node, std::vector<size_t>* wanted = nullptr);

}  // namespace tenon
