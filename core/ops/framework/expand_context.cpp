// SPDX-License-Identifier: Apache-2.0
#include "core/ops/contexts.h"
#include "core/ops/framework/infer_node.h"
#include "tenon/strip_vm.h"

#include <algorithm>
#include <cstring>

namespace tenon {
namespace {

// Stands for the output of a node that could not be added; of some rank, so that an expansion that
// goes on until its end may look at dims.
ValueId placeholder(Graph& graph) {
  constexpr size_t rank = 64;
  Value value;
  value.dtype = DType::f32;
  value.ranked = true;
  value.dims.assign(rank, graph.exprs->integer(1));
  return graph.add_value(std::move(value));
}

ValueId add_constant(Graph& graph, DType dtype, std::vector<int64_t> dims,
                     std::vector<std::byte> bytes) {
  auto constant = std::make_shared<Constant>();
  auto owner = std::make_shared<std::vector<std::byte>>(std::move(bytes));
  constant->dtype = dtype;
  constant->dims = std::move(dims);
  constant->bytes = *owner;
  constant->owner = std::move(owner);
  return graph.add_constant("", std::move(constant));
}

}  // namespace

ValueId ExpandContext::add(std::string_view op, std::initializer_list<ValueId> inputs,
                           Attributes attributes) {
  return add_many(op, {inputs.begin(), inputs.size()}, std::move(attributes), 1).front();
}

std::vector<ValueId> ExpandContext::add_many(std::string_view op, std::span<const ValueId> inputs,
                                             Attributes attributes, size_t outputs,
                                             std::string_view domain) {
  Node node;
  node.op = op;
  node.domain = domain;
  node.name = fmt::format("{}.{}", node_.name, op);
  node.inputs.assign(inputs.begin(), inputs.end());
  node.attributes = std::move(attributes);
  for (size_t i = 0; i < outputs; ++i) {
    Value value;
    value.name = outputs == 1 ? node.name : fmt::format("{}.{}", node.name, i);
    node.outputs.push_back(graph_.add_value(std::move(value)));
  }
  if (status_.ok()) status_ = infer_node(graph_, node);
  if (!status_.ok()) {
    return std::vector<ValueId>(std::max<size_t>(outputs, 1), placeholder(graph_));
  }
  added_.push_back(node);
  return node.outputs;
}

ValueId ExpandContext::scalar(double value, DType dtype) {
  std::vector<std::byte> bytes(std::max<size_t>(element_bytes(dtype), 1));
  if (is_float(dtype)) {
    store_float(bytes.data(), dtype, 0, value);
  } else {
    store_integer(bytes.data(), dtype, 0, static_cast<int64_t>(value));
  }
  return add_constant(graph_, dtype, {}, std::move(bytes));
}

ValueId ExpandContext::integers(std::vector<int64_t> values) {
  const auto count = static_cast<int64_t>(values.size());
  return integers(std::move(values), {count});
}

ValueId ExpandContext::integers(std::vector<int64_t> values, std::vector<int64_t> dims) {
  std::vector<std::byte> bytes(values.size() * sizeof(int64_t));
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return add_constant(graph_, DType::i64, std::move(dims), std::move(bytes));
}

ValueId ExpandContext::reals(const std::vector<double>& values, std::vector<int64_t> dims,
                             DType dtype) {
  std::vector<std::byte> bytes(values.size() * element_bytes(dtype));
  for (size_t i = 0; i < values.size(); ++i) {
    store_float(bytes.data(), dtype, static_cast<int64_t>(i), values[i]);
  }
  return add_constant(graph_, dtype, std::move(dims), std::move(bytes));
}

ValueId ExpandContext::strings(const std::vector<std::string>& texts) {
  std::vector<std::byte> bytes(texts.size() * sizeof(int32_t));
  for (size_t i = 0; i < texts.size(); ++i) {
    const int32_t number = graph_.strings->keep(texts[i]);
    std::memcpy(bytes.data() + i * sizeof number, &number, sizeof number);
  }
  return add_constant(graph_, DType::string, {static_cast<int64_t>(texts.size())},
                      std::move(bytes));
}

ValueId ExpandContext::sizes(const std::vector<Expr>& sizes) {
  std::vector<int64_t> constants;
  for (const Expr& size : sizes) {
    if (size.is_constant()) constants.push_back(size.constant());
  }
  if (constants.size() == sizes.size()) return integers(std::move(constants));
  return add_many("Dims", {}, {{"sizes", sizes}}, 1, "tenon").front();
}

ValueId ExpandContext::cast(ValueId value, DType dtype) {
  if (dtype_of(value) == dtype) return value;
  return add("Cast", {value}, {{"to", static_cast<int64_t>(dtype)}});
}

Expr ExpandContext::found_size(size_t output) const {
  return graph_.value(node_.outputs[output]).known->front();
}

void ExpandContext::output(size_t k, ValueId value) {
  if (results_.size() <= k) results_.resize(k + 1, no_id);
  results_[k] = value;
}

}  // namespace tenon
