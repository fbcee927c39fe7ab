// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/infer_node.h"

#include "core/graph/bodies.h"
#include "core/ops/framework/known.h"
#include "core/ops/op.h"

#include <algorithm>
#include <span>

namespace tenon {
namespace {

constexpr size_t most_rank = 64;

bool takes(std::string_view types, DType dtype) {
  while (true) {
    const size_t bar = types.find('|');
    const std::string_view word = types.substr(0, bar);
    if (word == "any" || (word == "float" && is_float(dtype)) ||
        (word == "integer" && is_integer(dtype)) ||
        (word == "numeric" && (is_integer(dtype) || is_float(dtype))) ||
        dtype_named(word) == dtype) {
      return true;
    }
    if (bar == std::string_view::npos) return false;
    types.remove_prefix(bar + 1);
  }
}

// The declaration of operand i; a variadic one stands for all that follow. Null beyond the last.
const Operand* declared(std::span<const Operand> operands, size_t i) {
  if (i < operands.size()) return &operands[i];
  const bool open = !operands.empty() && operands.back().arity == variadic_operand;
  return open ? &operands.back() : nullptr;
}

// What bodies take from outside stands behind the operands and is of any type.
Status check_inputs(const Graph& graph, const Node& node, const Op& op) {
  const size_t own = node.inputs.size() - captured_count(node);
  if (own > 0 && declared(op.inputs, own - 1) == nullptr) {
    return invalid("{} inputs, at most {} are expected", own, op.inputs.size());
  }
  for (size_t i = 0; i < std::max(own, op.inputs.size()); ++i) {
    const Operand& operand = *declared(op.inputs, i);
    if (i >= own || node.inputs[i] == no_id) {
      if (operand.arity != Operand::Arity::required) continue;
      return invalid("input {} ({}) is missing", i, operand.name);
    }
    const Value& value = graph.value(node.inputs[i]);
    if (op.host != nullptr && (!value.wraps.empty() || value.dtype == DType::none)) continue;
    if (!value.wraps.empty()) {
      return invalid("input {} ({}): a value of kind {}, expected a tensor", i, operand.name,
                     name_of(value.wraps.front()));
    }
    if (!takes(operand.types, value.dtype)) {
      return invalid("input {} ({}): type {}, expected {}", i, operand.name, name_of(value.dtype),
                     operand.types);
    }
    if (!value.ranked && op.host == nullptr) {
      return unsupported("input {} ({}): value \"{}\" has no rank; give the dims of the inputs", i,
                         operand.name, value.name);
    }
  }
  return {};
}

Status check_outputs(const Graph& graph, const Node& node, const Op& op) {
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    if (node.outputs[i] == no_id) continue;
    const Value& value = graph.value(node.outputs[i]);
    if (op.host != nullptr && !value.ranked) continue;
    if (!value.ranked || value.dtype == DType::none) {
      return internal_error("{} does not infer its output {}", op.name, i);
    }
    if (value.dims.size() > most_rank) {
      return unsupported("output {}: rank {}, most is {}", i, value.dims.size(), most_rank);
    }
    int64_t bytes = static_cast<int64_t>(std::max<size_t>(element_bytes(value.dtype), 1));
    for (const Expr& dim : value.dims) {
      if (!dim.is_constant() || dim.constant() == 0) continue;
      if (dim.constant() < 0) return invalid("output {}: extent {}", i, dim.constant());
      if (__builtin_mul_overflow(bytes, dim.constant(), &bytes)) {
        return invalid("output {}: the number of its bytes overflows", i);
      }
    }
  }
  return {};
}

// Identity also hands on what is no tensor; that only the host can do.
void carry(const Graph& graph, Node& node) {
  const bool is_identity = node.op == "Identity" && node.domain.empty();
  if (!is_identity || node.inputs.size() != 1 || node.inputs[0] == no_id) return;
  if (graph.value(node.inputs[0]).wraps.empty()) return;
  node.op = "Carry";
  node.domain = "tenon";
}

// Texts are read and written on the host.
void cast_text(const Graph& graph, Node& node) {
  const bool is_cast = node.op == "Cast" && node.domain.empty();
  if (!is_cast || node.inputs.size() != 1 || node.inputs[0] == no_id) return;
  const auto to = node.attributes.find("to");
  const auto* dtype = to == node.attributes.end() ? nullptr : std::get_if<int64_t>(&to->second);
  const bool to_text = dtype != nullptr && *dtype == static_cast<int64_t>(DType::string);
  if (!to_text && graph.value(node.inputs[0]).dtype != DType::string) return;
  node.op = "CastText";
  node.domain = "tenon";
}

Status infer(Graph& graph, Node& node, std::vector<size_t>* wanted) {
  carry(graph, node);
  cast_text(graph, node);
  const Op* op = find_op(node.domain, node.op);
  if (op == nullptr) return unsupported("the operator is not known");
  TENON_TRY(check_inputs(graph, node, *op));
  if (!node.outputs.empty() && declared(op->outputs, node.outputs.size() - 1) == nullptr) {
    return invalid("{} outputs, at most {} are expected", node.outputs.size(), op->outputs.size());
  }
  if (op->infer == nullptr) return internal_error("{} has no shape rule", op->name);
  InferContext context(graph, node);
  if (const Status status = op->infer(context); !status.ok()) {
    if (wanted != nullptr) *wanted = context.wanted_at_load();
    return status;
  }
  node.shape_operands = op->shape_operands;
  if (!op->in_place.empty()) {
    std::vector<int64_t> pairs;
    for (const auto& [output, input] : op->in_place) pairs.insert(pairs.end(), {output, input});
    node.attributes["in_place"] = std::move(pairs);
  }
  return check_outputs(graph, node, *op);
}

}  // namespace

std::string describe(const Node& node) {
  return fmt::format("node \"{}\" ({}{}{})", node.name, node.domain, node.domain.empty() ? "" : ".",
                     node.op);
}

Status infer_node(Graph& graph, Node& node, std::vector<size_t>* wanted) {
  if (Status status = infer(graph, node, wanted); !status.ok()) return status.at(describe(node));
  follow_known(graph, node);
  return {};
}

}  // namespace tenon
