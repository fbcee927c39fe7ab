// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/op.h"

namespace tenon {

// A graph of the one node of a sample, for tests of operators and backends. Inputs "x0", "x1" ...
// of given values are constants, the others graph inputs; symbolic: each of their sizes is a symbol
// instead of the sample's.
Graph graph_of(const Op& op, const Sample& sample, bool symbolic);

}  // namespace tenon
