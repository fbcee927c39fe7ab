// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"

#include <functional>

namespace tenon {

// Writes composites as other operators. For each node i of body 0 with wanted(i) whose operator has
// an expansion, puts the expansion in its place, inferred and lowered, with names derived from the
// node's. Returns how many were expanded; dead nodes are removed when that is more than none.
Result<size_t> expand_nodes(Graph& graph, const std::function<bool(size_t)>& wanted);

}  // namespace tenon
