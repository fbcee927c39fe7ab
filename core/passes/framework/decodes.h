// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"

namespace tenon {

// Whether the node makes numbers of quantized weights.
inline bool decodes(const Node& node) { return node.op == "Decode" && node.domain == "tenon"; }

}  // namespace tenon
