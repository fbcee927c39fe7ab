// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/element.h"

#include "core/ops/framework/known.h"
#include "core/ops/framework/rows.h"
#include "core/ops/op.h"

#include <algorithm>
#include <map>
#include <string>

namespace tenon {
namespace {

using Names = std::map<std::string, Expr, std::less<>>;

void name_attributes(const NodeContext& c, const Attributes& attributes, Names& names) {
  for (const auto& [name, attribute] : attributes) {
    if (const auto* integer = std::get_if<int64_t>(&attribute)) {
      names.insert_or_assign(name, c.number(*integer));
    } else if (const auto* real = std::get_if<double>(&attribute)) {
      names.insert_or_assign(name, c.real_number(*real));
    }
  }
}

Expr parse_formula(ElementContext& c, const Op& op) {
  Names names;
  name_attributes(c, op.attributes, names);
  name_attributes(c, c.node().attributes, names);
  for (size_t i = 0; i < op.inputs.size() && i < c.inputs(); ++i) {
    if (c.has(i)) names.insert_or_assign(std::string(op.inputs[i].name), c.load(i));
  }
  Result<Expr> parsed = parse_expr(c.pool(), op.element.formula(), names);
  return parsed.ok() ? *parsed : c.fail(parsed.status());
}

bool reads_data(const Graph& graph, Expr expr) {
  for (const tenon_expr& row : cut_out(*graph.exprs, expr.id()).rows) {
    if (row.op != TENON_EXPR_SYMBOL) continue;
    const auto symbol = static_cast<size_t>(row.k);
    if (symbol >= graph.symbols.size() || graph.symbols[symbol].origin == SymbolOrigin::data) {
      return true;
    }
  }
  return false;
}

// Numbers the operands that a formula loads anew, behind those that the node keeps anyway.
class Operands : public ExprPool::Replace {
 public:
  Operands(Graph& graph, const Node& node, std::vector<ValueId> kept)
      : graph_(graph), node_(node), inputs_(std::move(kept)) {}

  Expr operator()(const tenon_expr& row, Expr a, Expr b, Expr c) override {
    if (row.op != TENON_EXPR_LOAD) return {};
    const ValueId id = node_.inputs[static_cast<size_t>(row.k)];
    const auto type = static_cast<Type>(row.type);
    ExprPool& pool = *graph_.exprs;
    if (const Expr element = known_element(id, a); element.valid()) {
      const Expr value = pool.cast(element, type);
      if (!b.valid()) return value;
      return pool.select(b, value, c.valid() ? c : pool.cast(pool.integer(0), type));
    }
    size_t operand = 0;
    while (operand < inputs_.size() && inputs_[operand] != id) ++operand;
    if (operand == inputs_.size()) inputs_.push_back(id);
    return pool.load(static_cast<int64_t>(operand), type, a, b, c);
  }

  std::vector<ValueId> inputs() && { return std::move(inputs_); }

 private:
  // The element at a constant place of a value whose elements are known before the run.
  Expr known_element(ValueId id, Expr index) const {
    const Value& value = graph_.value(id);
    const bool is_one = value.constant && value.constant->elements() == 1;
    // A constant's elements are made known only where one of them is named.
    if (!value.known && !is_one && !(index.valid() && index.is_constant())) return {};
    const std::vector<Expr>* known = known_elements(graph_, id);
    if (known == nullptr || known->empty()) return {};
    Expr element;
    if (known->size() == 1) {
      element = known->front();
    } else if (index.valid() && index.is_constant() && index.constant() >= 0 &&
               index.constant() < static_cast<int64_t>(known->size())) {
      element = (*known)[static_cast<size_t>(index.constant())];
    }
    return element.valid() && !reads_data(graph_, element) ? element : Expr();
  }

  Graph& graph_;
  const Node& node_;
  std::vector<ValueId> inputs_;
};

}  // namespace

bool has_element(const Node& node) {
  if (node.formula != no_expr) return true;
  const Op* op = find_op(node.domain, node.op);
  return op != nullptr && static_cast<bool>(op->element);
}

Result<Expr> element_of(Graph& graph, const Node& node, size_t output) {
  if (node.formula != no_expr) return Expr(*graph.exprs, node.formula);
  const Op* op = find_op(node.domain, node.op);
  if (op == nullptr || !op->element) return internal_error("{} is no element operator", node.op);
  ElementContext context(graph, node, output);
  Expr element = op->element.function() != nullptr ? op->element.function()(context)
                                                   : parse_formula(context, *op);
  TENON_TRY(context.status());
  if (!element.valid()) return internal_error("{} gave no element", node.op);
  return graph.exprs->cast(element, type_of(context.output_dtype()));
}

// Weights keep all that says how they lie, for kernels that read them so: their inputs in order,
// but for those left out at the end. None where one in the middle is left out.
static std::vector<ValueId> stored_inputs(const Node& node) {
  if (!node.attributes.contains("format")) return {};
  std::vector<ValueId> inputs = node.inputs;
  while (!inputs.empty() && inputs.back() == no_id) inputs.pop_back();
  if (std::ranges::find(inputs, no_id) != inputs.end()) return {};
  return inputs;
}

Result<std::vector<Node>> lower_node(Graph& graph, const Node& node) {
  std::vector<Node> lowered;
  for (size_t output = 0; output < node.outputs.size(); ++output) {
    if (node.outputs[output] == no_id) continue;
    TENON_TRY_ASSIGN(const Expr element, element_of(graph, node, output));
    const Formula formula = cut_out(*graph.exprs, element.id());
    std::vector<ValueId> kept = stored_inputs(node);
    const bool is_weight = !kept.empty();
    Operands operands(graph, node, std::move(kept));
    Node made;
    made.op = node.op;
    made.domain = node.domain;
    made.name = node.name;
    made.version = node.version;
    made.formula = graph.exprs->rewrite(formula.rows, formula.root, operands).id();
    made.inputs = std::move(operands).inputs();
    made.outputs = {node.outputs[output]};
    if (is_weight) {
      made.attributes = node.attributes;
    } else if (const auto format = node.attributes.find("format");
               format != node.attributes.end()) {
      made.attributes.insert(*format);
    }
    lowered.push_back(std::move(made));
  }
  return lowered;
}

}  // namespace tenon
