// SPDX-License-Identifier: Apache-2.0
#include "core/ops/contexts.h"
#include "core/ops/framework/known.h"

#include <algorithm>

namespace tenon {
namespace {

// Elements of a shape operand that are read one by one.
constexpr int64_t most_values = 1024;

// The node that makes a value, or null.
const Node* maker_of(const Graph& graph, ValueId id) {
  for (const Body& body : graph.bodies) {
    for (const Node& node : body.nodes) {
      if (std::ranges::find(node.outputs, id) != node.outputs.end()) return &node;
    }
  }
  return nullptr;
}

// What people would have to fix: the value itself, or the one input of the model that it is
// computed from.
const Value& origin_of(const Graph& graph, ValueId id) {
  ValueId at = id;
  while (graph.value(at).kind != ValueKind::input) {
    const Node* maker = maker_of(graph, at);
    if (maker == nullptr) return graph.value(id);
    ValueId next = no_id;
    for (const ValueId input : maker->inputs) {
      if (input == no_id || graph.value(input).kind == ValueKind::constant) continue;
      if (next != no_id) return graph.value(id);
      next = input;
    }
    if (next == no_id) return graph.value(id);
    at = next;
  }
  return graph.value(at);
}

}  // namespace

bool NodeContext::has(size_t input) const {
  return input < node_.inputs.size() && node_.inputs[input] != no_id;
}

bool NodeContext::wants(size_t output) const {
  return output < node_.outputs.size() && node_.outputs[output] != no_id;
}

DType NodeContext::dtype(size_t input) const {
  return has(input) ? graph_.value(node_.inputs[input]).dtype : DType::none;
}

int64_t NodeContext::rank(size_t input) const { return static_cast<int64_t>(dims(input).size()); }

const std::vector<Expr>& NodeContext::dims(size_t input) const {
  static const std::vector<Expr> none;
  return has(input) ? graph_.value(node_.inputs[input]).dims : none;
}

Expr NodeContext::dim(size_t input, int64_t axis) const {
  const std::vector<Expr>& sizes = dims(input);
  const auto rank = static_cast<int64_t>(sizes.size());
  if (axis < 0) axis += rank;
  return axis >= 0 && axis < rank ? sizes[static_cast<size_t>(axis)] : number(1);
}

Expr NodeContext::elements(size_t input) const {
  Expr product = number(1);
  for (const Expr& size : dims(input)) product = product * size;
  return product;
}

const Value& NodeContext::value(size_t input) const { return graph_.value(node_.inputs[input]); }

Result<std::vector<Expr>> NodeContext::values(size_t input) const {
  if (!has(input)) return std::vector<Expr>();
  const ValueId id = node_.inputs[input];
  if (const std::vector<Expr>* known = known_elements(graph_, id)) return *known;
  const Value& value = graph_.value(id);
  const Expr count = elements(input);
  if (!value.ranked || !count.is_constant()) {
    wanted_.push_back(input);
    return unsupported("input {} (\"{}\"): the rank of an output depends on data", input,
                       value.name);
  }
  if (count.constant() > most_values) {
    return unsupported("input {} (\"{}\"): {} elements decide a shape, most is {}", input,
                       value.name, count.constant(), most_values);
  }
  return value.constant ? constant_elements(graph_, *value.constant) : data_elements(graph_, id);
}

Result<std::vector<int64_t>> NodeContext::constants(size_t input) const {
  if (is_float(dtype(input))) {
    return invalid("input {}: type {}, expected integers", input, name_of(dtype(input)));
  }
  const auto not_constant = [&] {
    wanted_.push_back(input);
    return unsupported(
        "input {} (\"{}\") must be constant, it is known only at run time; if it is an input of "
        "the model, fix it with --value NAME=NUMBERS",
        input, origin_of(graph_, node_.inputs[input]).name);
  };
  if (has(input) && !elements(input).is_constant()) return not_constant();
  TENON_TRY_ASSIGN(const std::vector<Expr> elements, values(input));
  std::vector<int64_t> constants;
  for (const Expr& element : elements) {
    if (!element.is_constant()) return not_constant();
    constants.push_back(element.constant());
  }
  return constants;
}

}  // namespace tenon
