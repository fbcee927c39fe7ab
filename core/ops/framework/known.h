// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"
#include "tenon/abi/draft/expr.h"

#include <span>
#include <vector>

// Elements of values as expressions: i64 for integers and bool, f32 or f64 for floats. They let
// shape arithmetic fold while the graph is inferred. [one thread per graph]
namespace tenon {

// At most so many elements are followed from node to node.
constexpr int64_t most_known = 64;

// The elements where they are known, else null. Small constants become known when first asked for.
const std::vector<Expr>* known_elements(Graph& graph, ValueId id);

// The elements of a constant of any size, as expressions.
std::vector<Expr> constant_elements(Graph& graph, const Constant& constant);

// Elements that are read while running: symbols, made at the first call for a value. Its dims must
// be constant.
std::vector<Expr> data_elements(Graph& graph, ValueId id);

// Records the elements of each output of the node whose formula needs nothing but known elements.
void follow_known(Graph& graph, const Node& node);

}  // namespace tenon
