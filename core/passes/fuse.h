// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"

namespace tenon {

// Merges chains of element nodes of body 0 into single nodes "Map". Values that the body outputs
// stay. The graph is one island: all its nodes run on the same device.
Status fuse(Graph& graph);

}  // namespace tenon
