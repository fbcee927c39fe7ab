// SPDX-License-Identifier: Apache-2.0
#include "core/passes/framework/dead.h"

#include "core/ops/op.h"

#include <algorithm>
#include <vector>

namespace tenon {
namespace {

// What is needed, found from the outputs backwards.
class Needed {
 public:
  explicit Needed(const Graph& graph)
      : graph_(graph), values_(graph.values.size()), exprs_(graph.exprs->rows().size()) {
    for (const ValueId id : graph.main().outputs) add_value(id);
    for (const Check& check : graph.checks) add(check.condition.id());
  }

  bool operator()(ValueId id) const { return id != no_id && values_[id]; }

  void add(const Node& node) {
    for (const ValueId id : node.inputs) add_value(id);
    for (const ValueId id : node.outputs) {
      if (id != no_id) add(graph_.value(id).dims);
    }
    add(node.formula);
    for (const auto& [name, attribute] : node.attributes) {
      if (const auto* sizes = std::get_if<std::vector<Expr>>(&attribute)) add(*sizes);
      if (const auto* body = std::get_if<BodyReference>(&attribute)) add_body(body->body);
    }
  }

 private:
  void add_value(ValueId id) {
    if (id == no_id || values_[id]) return;
    values_[id] = true;
    add(graph_.value(id).dims);
  }

  void add(const std::vector<Expr>& exprs) {
    for (const Expr& expr : exprs) add(expr.id());
  }

  // The tensors whose elements an expression reads by way of data symbols.
  void add(ExprId root) {
    if (root < 0 || exprs_[static_cast<size_t>(root)]) return;
    std::vector<ExprId> open = {root};
    while (!open.empty()) {
      const ExprId id = open.back();
      open.pop_back();
      if (id < 0 || exprs_[static_cast<size_t>(id)]) continue;
      exprs_[static_cast<size_t>(id)] = true;
      const tenon_expr& row = graph_.exprs->row(id);
      open.insert(open.end(), {row.a, row.b, row.c});
      if (row.op == TENON_EXPR_SYMBOL && static_cast<size_t>(row.k) < graph_.symbols.size()) {
        add_value(graph_.symbols[static_cast<size_t>(row.k)].value);
      }
    }
  }

  // A body may read any value of the graph around it.
  void add_body(uint32_t index) {
    const Body& body = graph_.bodies[index];
    for (const Node& node : body.nodes) add(node);
    for (const ValueId id : body.outputs) add_value(id);
  }

  const Graph& graph_;
  std::vector<bool> values_, exprs_;
};

// Whether the number of its outputs says what the node computes, as with parts of equal size.
bool counts_outputs(const Node& node) {
  const Op* op = find_op(node.domain, node.op);
  return op != nullptr && !op->outputs.empty() && op->outputs.back().arity == variadic_operand;
}

}  // namespace

size_t remove_dead_nodes(Graph& graph) {
  Needed needed(graph);
  std::vector<Node>& nodes = graph.main().nodes;
  std::vector<Node> kept;
  const size_t before = nodes.size();
  kept.reserve(before);
  for (size_t i = before; i-- > 0;) {
    Node& node = nodes[i];
    if (std::ranges::none_of(node.outputs, needed)) continue;
    needed.add(node);
    for (ValueId& output : node.outputs) {
      if (!needed(output)) output = no_id;
    }
    while (node.outputs.back() == no_id && !counts_outputs(node)) node.outputs.pop_back();
    kept.push_back(std::move(node));
  }
  std::ranges::reverse(kept);
  nodes = std::move(kept);
  return before - nodes.size();
}

}  // namespace tenon
