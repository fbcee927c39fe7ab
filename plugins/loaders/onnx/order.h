// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model.h"
#include "tenon/status.h"

#include <span>
#include <vector>

// The order in which nodes of one graph can be emitted: that of the file where it is right, else
// the nearest one in which each node follows those it reads. Names that subgraphs read count.
namespace tenon::onnx {

struct Order {
  std::vector<uint32_t> nodes;
  bool was_sorted = true;
};

// Fails when two nodes make one name, or nodes wait for each other.
Result<Order> order_of(std::span<const Node> nodes);

}  // namespace tenon::onnx
