// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"

#include <cstdint>

namespace tenon {

// Computes what depends on constants only, now, within a budget of bytes: as the pass "fold", and
// again where composites were expanded after the passes. Nodes may be lowered already.
void fold_constants(Graph& graph, uint64_t budget);

}  // namespace tenon
