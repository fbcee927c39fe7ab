// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/graph.h"

#include <vector>

// Values that stand for others, collected while a pass walks the nodes of body 0.
namespace tenon {

class Replacements {
 public:
  explicit Replacements(const Graph& graph);

  // From now on `old` is `now`. Not for values that the graph outputs.
  void add(ValueId old, ValueId now);
  ValueId operator()(ValueId id) const {
    return id < now_.size() && now_[id] != no_id ? now_[id] : id;
  }
  bool is_output(ValueId id) const { return id < output_.size() && output_[id]; }
  // Renames the inputs of a node; nodes are visited in order, so nothing is renamed twice.
  void apply(Node& node) const;
  // Renames where else values are named: data symbols.
  void finish(Graph& graph) const;

 private:
  std::vector<ValueId> now_;
  std::vector<bool> output_;
};

}  // namespace tenon
