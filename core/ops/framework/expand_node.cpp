// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/expand_node.h"

#include "core/ops/op.h"

namespace tenon {

bool has_expansion(const Node& node) {
  const Op* op = find_op(node.domain, node.op);
  return node.formula == no_expr && op != nullptr && op->expand != nullptr;
}

Result<Expansion> expand_node(Graph& graph, const Node& node) {
  if (!has_expansion(node)) return internal_error("{} has no expansion", node.op);
  ExpandContext context(graph, node);
  const Status status = find_op(node.domain, node.op)->expand(context);
  // What went wrong inside is the cause of what went wrong after it.
  TENON_TRY(context.status());
  TENON_TRY(status);
  Expansion expansion{std::move(context.added()), context.results()};
  expansion.results.resize(node.outputs.size(), no_id);
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    if (node.outputs[i] == no_id) {
      expansion.results[i] = no_id;
      continue;
    }
    const ValueId result = expansion.results[i];
    const Value& wanted = graph.value(node.outputs[i]);
    if (result == no_id || graph.value(result).dtype != wanted.dtype ||
        graph.value(result).dims.size() != wanted.dims.size()) {
      return internal_error("the expansion of {} does not give output {}", node.op, i);
    }
  }
  return expansion;
}

}  // namespace tenon
