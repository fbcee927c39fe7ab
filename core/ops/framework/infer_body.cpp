// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/infer_body.h"

#include "core/graph/bodies.h"
#include "core/ops/framework/infer_node.h"

namespace tenon::ops {
namespace {

std::optional<HostValue> like(const Outlook& outlook, ExprPool& pool) {
  Value value;
  value.wraps = outlook.wraps;
  value.dtype = outlook.dtype;
  value.ranked = outlook.rank.has_value();
  value.dims.assign(outlook.rank.value_or(0), pool.integer(1));
  return likeness(value);
}

// Gives a tensor the extents that are known of it.
void keep_dims(Graph& graph, ValueId id, const Outlook& outlook) {
  Value& value = graph.value(id);
  for (size_t axis = 0; value.wraps.empty() && axis < outlook.dims.size(); ++axis) {
    if (outlook.dims[axis]) value.dims[axis] = graph.exprs->integer(*outlook.dims[axis]);
  }
}

}  // namespace

std::vector<Outlook> infer_steady_body(InferContext& c, std::string_view attribute,
                                       std::vector<Outlook>& inputs, size_t first, size_t count,
                                       size_t from) {
  constexpr int most_rounds = 4;
  std::vector<Outlook> outputs;
  for (int round = 0; round < most_rounds; ++round) {
    outputs = infer_body(c, attribute, inputs);
    bool steady = true;
    for (size_t k = 0; k < count && from + k < outputs.size(); ++k) {
      Outlook kept = common(inputs[first + k], outputs[from + k]);
      steady = steady && kept == inputs[first + k];
      inputs[first + k] = std::move(kept);
    }
    if (steady) return outputs;
  }
  outputs.assign(outputs.size(), {});
  return outputs;
}

std::optional<size_t> rank_within(const Value& value) {
  return value.ranked ? std::optional(value.dims.size()) : std::nullopt;
}

Outlook outlook_of(const Value& value) {
  Outlook outlook{value.wraps, value.dtype, rank_within(value), {}};
  for (const Expr& dim : value.dims) {
    outlook.dims.push_back(dim.is_constant() ? std::optional(dim.constant()) : std::nullopt);
  }
  return outlook;
}

Outlook tensor_outlook(DType dtype, size_t rank) {
  return {{}, dtype, rank, std::vector<std::optional<int64_t>>(rank)};
}

std::vector<Outlook> infer_body(InferContext& c, std::string_view attribute,
                                const std::vector<Outlook>& inputs) {
  Graph& graph = c.graph();
  const uint32_t body = c.body(attribute);
  std::vector<Outlook> outputs(graph.bodies[body].outputs.size());
  std::vector<HostValue> given;
  std::vector<Outlook> all = inputs;
  const size_t own = c.inputs() - captured_count(c.node());
  for (size_t i = own; i < c.inputs(); ++i) all.push_back(outlook_of(c.value(i)));
  for (const Outlook& input : all) {
    auto value = like(input, c.pool());
    if (!value) return outputs;
    given.push_back(std::move(*value));
  }
  Result<Graph> made = body_graph(graph, c.node(), body, given);
  if (!made.ok()) return outputs;
  const std::vector<size_t> arguments = body_arguments(graph, c.node(), given);
  for (size_t i = 0; i < arguments.size(); ++i) {
    keep_dims(*made, made->main().inputs[i], all[arguments[i]]);
  }
  for (Node& node : made->main().nodes) {
    close_node(*made, node);
    if (!infer_node(*made, node).ok()) return outputs;
  }
  for (size_t k = 0; k < outputs.size(); ++k) {
    outputs[k] = outlook_of(made->value(made->main().outputs[k]));
  }
  return outputs;
}

Outlook common(const Outlook& a, const Outlook& b) {
  if (a.wraps != b.wraps || a.dtype != b.dtype) return {};
  Outlook both{a.wraps, a.dtype, a.rank == b.rank ? a.rank : std::nullopt, {}};
  if (!both.rank) return both;
  for (size_t axis = 0; axis < *both.rank; ++axis) {
    both.dims.push_back(a.dims[axis] == b.dims[axis] ? a.dims[axis] : std::nullopt);
  }
  return both;
}

void declare_output(InferContext& c, size_t k, const Outlook& outlook) {
  if (!c.wants(k) || !outlook.is_known()) return;
  if (!outlook.wraps.empty()) return c.output_within(k, outlook.wraps, outlook.dtype, outlook.rank);
  if (!outlook.rank) return c.output_of_any_rank(k, outlook.dtype);
  std::vector<Expr> dims;
  for (size_t axis = 0; axis < *outlook.rank; ++axis) {
    dims.push_back(outlook.dims[axis] ? c.number(*outlook.dims[axis]) : c.open_extent(k, axis));
  }
  c.output(k, outlook.dtype, std::move(dims));
}

}  // namespace tenon::ops
