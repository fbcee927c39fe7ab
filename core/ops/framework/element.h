// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"

#include <vector>

// Element operators as formulas. [one thread per graph]
namespace tenon {

// Whether the node's outputs can be written as formulas of its inputs.
bool has_element(const Node& node);

// The element of one output over loads of the node's inputs, of the type in which the output's
// elements are computed. The node must have been inferred.
Result<Expr> element_of(Graph& graph, const Node& node, size_t output);

// The node as one node with a formula for each wanted output. Operands that a formula does not
// load are dropped; elements that are known without reading data are part of the formula.
Result<std::vector<Node>> lower_node(Graph& graph, const Node& node);

}  // namespace tenon
