// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"

namespace tenon {

// Removes the nodes of body 0 that no output of the graph, no size and no check depends on, and
// the outputs of nodes that nobody reads. Returns how many nodes went.
size_t remove_dead_nodes(Graph& graph);

}  // namespace tenon
