// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"

#include "tenon/abi/draft/graph.h"
#include "tenon/graph_view.h"

#include <string>
#include <vector>

// Writes a graph as the flat blob that crosses the border (abi/draft/graph.h). The blob is
// self-contained but for the constants, whose handles stay valid while the Graph's constants live.
namespace tenon {

// An owned blob, 8-byte aligned. Movable.
class Blob {
 public:
  explicit Blob(std::vector<uint64_t> words) : words_(std::move(words)) {}
  const tenon_graph* graph() const { return reinterpret_cast<const tenon_graph*>(words_.data()); }
  GraphView view() const { return GraphView(graph()); }
  uint64_t bytes() const { return graph()->bytes; }
  // Content hash as hex text; constant handles do not count.
  std::string key() const;

 private:
  std::vector<uint64_t> words_;
};

// Body 0 of the graph; only what its nodes, inputs and outputs reach is written. Node i of the blob
// is node i of the body. All symbols are written, under their own numbers.
Result<Blob> to_blob(const Graph& graph);

// The same with these nodes of the body only, in this order; what the others make is an input.
Result<Blob> to_blob(const Graph& graph, std::span<const size_t> nodes);

// The constant behind a handle of a blob. Promised only for handles that to_blob() wrote.
const Constant& constant_of(uint64_t handle);

}  // namespace tenon
