// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"

#include <set>
#include <string>
#include <vector>

// Nodes that cannot be understood before the run, because the rank or type of an input, or elements
// that decide the structure, are made by the model or given to it. They and all that depends on
// them become the body of one node `tenon.Late`, which is planned when its inputs are there.
namespace tenon {

class LateNodes {
 public:
  explicit LateNodes(Graph& graph) : graph_(graph), late_(graph.values.size()) {}

  // Whether an input is made by a late node, or has no type or rank that the operator needs.
  bool needs(const Node& node) const;
  // wanted: inputs of the node whose elements must be known.
  void add(Node node, const std::vector<size_t>& wanted);
  // Puts the node with all late ones into the graph, behind its others.
  void finish();

 private:
  Graph& graph_;
  std::vector<Node> nodes_;
  std::vector<bool> late_;
  std::set<ValueId> wanted_;
};

}  // namespace tenon
