// SPDX-License-Identifier: Apache-2.0
#include "core/passes/framework/replace.h"

namespace tenon {

Replacements::Replacements(const Graph& graph)
    : now_(graph.values.size(), no_id), output_(graph.values.size()) {
  for (const ValueId id : graph.main().outputs) output_[id] = true;
}

void Replacements::add(ValueId old, ValueId now) { now_[old] = (*this)(now); }

void Replacements::apply(Node& node) const {
  for (ValueId& input : node.inputs) input = (*this)(input);
}

void Replacements::finish(Graph& graph) const {
  for (Symbol& symbol : graph.symbols) {
    if (symbol.value != no_id) symbol.value = (*this)(symbol.value);
  }
}

}  // namespace tenon
