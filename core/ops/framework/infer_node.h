// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"

#include <string>

// Inferring one node. [one thread per graph]
namespace tenon {

// `node "conv1" (Conv)`: how messages name a node.
std::string describe(const Node& node);

// Checks the operands against the operator's declaration, gives every wanted output its type and
// dims, puts attributes into canonical form and records elements that are known.
Status infer_node(Graph& graph, Node& node);

}  // namespace tenon
