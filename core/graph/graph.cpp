// SPDX-License-Identifier: Apache-2.0
#include "core/graph/graph.h"

namespace tenon {
namespace {

constexpr std::string_view wrap_names[] = {"sequence", "optional", "map"};
constexpr std::string_view state_names[] = {"growing", "window", "kept", "fixed"};

}  // namespace

std::string_view name_of(Wrap wrap) { return wrap_names[static_cast<size_t>(wrap)]; }

std::string_view name_of(StateClass state) { return state_names[static_cast<size_t>(state)]; }

std::optional<Wrap> wrap_named(std::string_view name) {
  for (const Wrap wrap : {Wrap::sequence, Wrap::optional, Wrap::map}) {
    if (name_of(wrap) == name) return wrap;
  }
  return std::nullopt;
}

int64_t Constant::elements() const {
  int64_t product = 1;
  for (const int64_t dim : dims) product *= dim;
  return product;
}

ValueId Graph::add_value(Value value) {
  values.push_back(std::move(value));
  return static_cast<ValueId>(values.size() - 1);
}

ValueId Graph::add_constant(std::string name, std::shared_ptr<const Constant> constant) {
  Value value{.name = std::move(name),
              .kind = ValueKind::constant,
              .wraps = {},
              .dtype = constant->dtype,
              .ranked = true,
              .dims = {},
              .known = {},
              .constant = constant};
  for (const int64_t dim : constant->dims) value.dims.push_back(exprs->integer(dim));
  return add_value(std::move(value));
}

Expr Graph::add_symbol(Symbol symbol) {
  const Type type = symbol.type;
  symbols.push_back(std::move(symbol));
  return exprs->symbol(static_cast<int64_t>(symbols.size() - 1), type);
}

namespace {

void move_to(ExprPool& pool, Expr& expr) {
  if (expr.valid()) expr = Expr(pool, expr.id());
}
void move_to(ExprPool& pool, std::vector<Expr>& exprs) {
  for (Expr& expr : exprs) move_to(pool, expr);
}

}  // namespace

Graph clone(const Graph& graph) {
  Graph copy;
  copy.exprs = std::make_unique<ExprPool>(graph.exprs->rows());
  copy.values = graph.values;
  copy.symbols = graph.symbols;
  copy.bodies = graph.bodies;
  copy.checks = graph.checks;
  copy.states = graph.states;
  copy.metadata = graph.metadata;
  copy.output_names = graph.output_names;
  copy.strings = graph.strings;
  for (Value& value : copy.values) {
    move_to(*copy.exprs, value.dims);
    if (value.known) move_to(*copy.exprs, *value.known);
  }
  for (Check& check : copy.checks) move_to(*copy.exprs, check.condition);
  for (Body& body : copy.bodies) {
    for (Node& node : body.nodes) {
      for (auto& [name, attribute] : node.attributes) {
        if (auto* sizes = std::get_if<std::vector<Expr>>(&attribute)) move_to(*copy.exprs, *sizes);
      }
    }
  }
  return copy;
}

}  // namespace tenon
