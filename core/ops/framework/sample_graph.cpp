// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/sample_graph.h"

#include "tenon/strip_vm.h"

namespace tenon {
namespace {

std::shared_ptr<Constant> constant(const SampleInput& input) {
  auto result = std::make_shared<Constant>();
  result->dtype = input.dtype;
  result->dims = input.dims;
  const auto bytes = std::make_shared<std::vector<std::byte>>(
      static_cast<size_t>(result->elements()) * element_bytes(input.dtype));
  for (size_t i = 0; i < input.values.size(); ++i) {
    const auto place = static_cast<int64_t>(i);
    if (is_float(input.dtype)) {
      store_float(bytes->data(), input.dtype, place, input.values[i]);
    } else {
      store_integer(bytes->data(), input.dtype, place, static_cast<int64_t>(input.values[i]));
    }
  }
  result->bytes = *bytes;
  result->owner = bytes;
  return result;
}

// Sizes of an input: constants, or a symbol for each.
std::vector<Expr> sizes(Graph& graph, const SampleInput& input, bool symbolic) {
  std::vector<Expr> result;
  for (const int64_t dim : input.dims) {
    result.push_back(symbolic ? graph.add_symbol({.name = fmt::format("s{}", graph.symbols.size())})
                              : graph.exprs->integer(dim));
  }
  return result;
}

}  // namespace

Graph graph_of(const Op& op, const Sample& sample, bool symbolic) {
  Graph graph;
  Node node;
  node.op = op.name;
  node.domain = op.domain;
  node.name = "node";
  node.attributes = sample.attributes;
  for (const SampleInput& input : sample.inputs) {
    if (input.omitted) {
      node.inputs.push_back(no_id);
    } else if (!input.values.empty()) {
      node.inputs.push_back(graph.add_constant("constant", constant(input)));
    } else {
      Value value;
      value.name = fmt::format("x{}", node.inputs.size());
      value.kind = ValueKind::input;
      value.dtype = input.dtype;
      value.ranked = true;
      value.dims = sizes(graph, input, symbolic);
      node.inputs.push_back(graph.add_value(std::move(value)));
      graph.main().inputs.push_back(node.inputs.back());
    }
  }
  for (size_t i = 0; i < sample.outputs; ++i) {
    Value value;
    value.name = fmt::format("y{}", i);
    node.outputs.push_back(graph.add_value(std::move(value)));
    graph.main().outputs.push_back(node.outputs.back());
    graph.output_names.push_back(graph.value(node.outputs.back()).name);
  }
  graph.main().nodes.push_back(std::move(node));
  return graph;
}

}  // namespace tenon
