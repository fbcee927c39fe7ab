// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/element.h"
#include "core/passes/framework/decodes.h"
#include "core/passes/framework/replace.h"
#include "core/passes/pass.h"

#include <algorithm>

namespace tenon::passes {
namespace {

bool same_dims(const std::vector<Expr>& a, const std::vector<Expr>& b) {
  return std::ranges::equal(a, b, [](const Expr& x, const Expr& y) { return x.same(y); });
}

// The input that output k is an exact copy of, or no_id.
ValueId copied(Graph& graph, const Node& node, size_t k) {
  const Result<Expr> element = element_of(graph, node, k);
  if (!element.ok()) return no_id;
  const tenon_expr row = graph.exprs->row(element->id());
  if (row.op != TENON_EXPR_LOAD || row.a >= 0 || row.b >= 0) return no_id;
  const ValueId input = node.inputs[static_cast<size_t>(row.k)];
  const Value& from = graph.value(input);
  const Value& to = graph.value(node.outputs[k]);
  return from.dtype == to.dtype && same_dims(from.dims, to.dims) ? input : no_id;
}

// Takes copies out of the node's outputs.
void forward(Graph& graph, Node& node, Replacements& now) {
  for (size_t k = 0; k < node.outputs.size(); ++k) {
    const ValueId output = node.outputs[k];
    if (output == no_id || now.is_output(output)) continue;
    const ValueId input = copied(graph, node, k);
    if (input == no_id) continue;
    now.add(output, input);
    node.outputs[k] = no_id;
  }
}

Status run(Graph& graph, const PassOptions&) {
  Replacements now(graph);
  std::vector<Node> kept;
  kept.reserve(graph.main().nodes.size());
  for (Node& node : graph.main().nodes) {
    now.apply(node);
    if (has_element(node) && !decodes(node)) forward(graph, node, now);
    const bool used = std::ranges::any_of(node.outputs, [](ValueId id) { return id != no_id; });
    if (used) kept.push_back(std::move(node));
  }
  graph.main().nodes = std::move(kept);
  now.finish(graph);
  return {};
}

}  // namespace

Pass remove_identity() {
  return {
      .name = "remove_identity",
      .doc = "Nodes whose output is their input, element by element, go.",
      .order = 40,
      .run = run,
  };
}

}  // namespace tenon::passes
