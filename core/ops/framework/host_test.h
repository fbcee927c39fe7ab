// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"
#include "core/ops/op.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What tests of host operators share: one operator, run on values that the test writes down.
namespace tenon::ops {

class HostOp : private BodyRunner {
 public:
  explicit HostOp(std::string_view name, std::string_view domain = "")
      : op_(find_op(domain, name)) {}

  HostOp& set(std::string_view name, Attribute value) {
    node_.attributes.insert_or_assign(std::string(name), std::move(value));
    return *this;
  }

  HostValue texts(std::vector<int64_t> dims, const std::vector<std::string>& words) {
    Result<HostTensor> tensor = make_tensor(DType::string, std::move(dims));
    auto* number = reinterpret_cast<int32_t*>(tensor->data.get());
    for (const std::string& word : words) *number++ = graph_.strings->keep(word);
    return HostValue::of(std::move(*tensor));
  }
  template <class T>
  HostValue numbers(DType dtype, std::vector<int64_t> dims, const std::vector<T>& elements) {
    Result<HostTensor> tensor = make_tensor(dtype, std::move(dims));
    if (!elements.empty()) {
      std::memcpy(tensor->data.get(), elements.data(), elements.size() * sizeof(T));
    }
    return HostValue::of(std::move(*tensor));
  }
  static HostValue map(HostValue keys, HostValue values) {
    const DType dtype = values.dtype;
    return {Wrap::map, {}, {std::move(keys), std::move(values)}, dtype};
  }

  // The outputs, or none after a failure, which message() tells.
  std::vector<HostValue> run(const std::vector<HostValue>& inputs, size_t outputs = 1) {
    node_.op = op_->name;
    node_.domain = op_->domain;
    for (size_t i = 0; i < outputs; ++i) node_.outputs.push_back(graph_.add_value({}));
    std::vector<const HostValue*> given;
    for (const HostValue& input : inputs) given.push_back(&input);
    HostContext context(graph_, node_, given, *this);
    const Status status = op_->host(context);
    message_ = status.message();
    return status.ok() ? context.results() : std::vector<HostValue>();
  }
  const std::string& message() const { return message_; }

  // What the operator says of the node before it runs, for a first input of that type and rank.
  std::string complaint(DType dtype, size_t rank) {
    node_.op = op_->name;
    node_.domain = op_->domain;
    Value input;
    input.dtype = dtype;
    input.ranked = true;
    input.dims.assign(rank, graph_.exprs->integer(2));
    node_.inputs = {graph_.add_value(std::move(input))};
    node_.outputs = {graph_.add_value({})};
    InferContext context(graph_, node_);
    return std::string(op_->infer(context).message());
  }

  std::vector<std::string> words(const HostValue& value) const {
    std::vector<std::string> words;
    for (const int32_t number : elements<int32_t>(value)) {
      words.emplace_back(graph_.strings->text(number));
    }
    return words;
  }
  template <class T>
  static std::vector<T> elements(const HostValue& value) {
    const auto* begin = reinterpret_cast<const T*>(value.tensor.data.get());
    return {begin, begin + value.tensor.elements()};
  }

 private:
  Result<std::vector<HostValue>> run(const Node&, uint32_t, std::span<const HostValue>) override {
    return internal_error("no bodies here");
  }
  Status poll() const override { return {}; }

  const Op* op_;
  Graph graph_;
  Node node_;
  std::string message_;
};

}  // namespace tenon::ops
