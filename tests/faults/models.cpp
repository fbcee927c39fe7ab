// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/models.h"

#include "plugins/loaders/onnx/proto_text.h"

#include <cmath>
#include <span>

namespace tenon::faults {

namespace {

namespace proto = onnx::proto;
using proto::initializer;
using proto::input;
using proto::node;
using proto::output;

constexpr int64_t opset = 21;
// More sizes than a session keeps bound.
constexpr int64_t sizes = 24;

int64_t size_in(int64_t round) { return 1 + round % sizes; }

// Numbers around 0 that differ from round to round.
Tensor numbers(const std::string& name, std::vector<int64_t> dims, int64_t round) {
  int64_t count = 1;
  for (const int64_t extent : dims) count *= extent;
  std::vector<float> values;
  for (int64_t i = 0; i < count; ++i) {
    values.push_back(static_cast<float>((i * 7 + round * 3) % 11) / 4 - 1);
  }
  Tensor tensor = Tensor::of<float>(std::move(dims), values, TENON_F32);
  tensor.name = name;
  return tensor;
}

std::string weights(std::string_view name, const std::vector<int64_t>& dims) {
  const Tensor tensor = numbers("", dims, 5);
  const std::string_view raw(reinterpret_cast<const char*>(tensor.data.data()), tensor.data.size());
  return initializer(proto::tensor(name, TENON_F32, dims, proto::raw(raw)));
}

std::string whole(std::string_view name, const std::vector<int64_t>& values) {
  const std::string_view raw(reinterpret_cast<const char*>(values.data()), values.size() * 8);
  const std::vector<int64_t> dims = {static_cast<int64_t>(values.size())};
  return initializer(proto::tensor(name, TENON_I64, dims, proto::raw(raw)));
}

// An input of whole numbers.
std::string whole_input(std::string_view name, int64_t count) {
  const std::string shape = proto::bytes(1, proto::number(1, static_cast<uint64_t>(count)));
  const std::string type = proto::number(1, TENON_I64) + proto::bytes(2, shape);
  return proto::bytes(11, proto::bytes(1, name) + proto::bytes(2, proto::bytes(1, type)));
}

TestModel linear() {
  return {
      "linear",
      proto::model(opset, input("x", {"n", "8"}) + weights("w", {8, 4}) + weights("b", {4}) +
                              node("MatMul", {"x", "w"}, {"p"}) + node("Add", {"p", "b"}, {"s"}) +
                              node("Relu", {"s"}, {"y"}) + output("y")),
      [](int64_t round) {
        return std::vector{numbers("x", {size_in(round), 8}, round)};
      }};
}

TestModel convolution() {
  return {
      "convolution",
      proto::model(opset, input("x", {"1", "2", "6", "w"}) + weights("k", {3, 2, 3, 3}) +
                              node("Conv", {"x", "k"}, {"c"}, proto::a_ints("pads", {1, 1, 1, 1})) +
                              node("Sigmoid", {"c"}, {"s"}) +
                              node("GlobalAveragePool", {"s"}, {"y"}) + output("y")),
      [](int64_t round) {
        return std::vector{numbers("x", {1, 2, 6, 3 + size_in(round)}, round)};
      }};
}

TestModel softmax() {
  return {"softmax and a second output",
          proto::model(opset, input("x", {"n", "5"}) + node("Softmax", {"x"}, {"y"}) +
                                  node("Transpose", {"x"}, {"t"}) +
                                  node("MatMul", {"t", "y"}, {"z"}) + output("y") + output("z")),
          [](int64_t round) {
            return std::vector{numbers("x", {size_in(round), 5}, round)};
          }};
}

// The host reads the wanted shape from an input.
TestModel reshape() {
  return {
      "shape from an input",
      proto::model(opset, input("x", {"n", "6"}) + whole_input("shape", 2) +
                              node("Exp", {"x"}, {"e"}) + node("Reshape", {"e", "shape"}, {"r"}) +
                              node("Neg", {"r"}, {"y"}) + output("y")),
      [](int64_t round) {
        const std::vector<int64_t> wanted = {3, -1};
        Tensor shape = Tensor::of<int64_t>({2}, wanted, TENON_I64);
        shape.name = "shape";
        return std::vector{numbers("x", {size_in(round), 6}, round), shape};
      }};
}

// As many rows as there are positive sums: a size that the device computes and the host reads.
TestModel counted() {
  const std::string axes = whole("rows", {1}) + whole("all", {0}) + whole("zero", {0});
  return {
      "size from computed data",
      proto::model(opset, input("x", {"n", "3"}) + axes +
                              node("ReduceMax", {"x", "rows"}, {"m"}, proto::a_int("keepdims", 0)) +
                              node("Sign", {"m"}, {"s"}) + node("Relu", {"s"}, {"p"}) +
                              node("ReduceSum", {"p", "all"}, {"c"}) +
                              node("Cast", {"c"}, {"count"}, proto::a_int("to", TENON_I64)) +
                              node("Slice", {"x", "zero", "count", "zero"}, {"first"}) +
                              node("Exp", {"first"}, {"y"}) + output("y") + output("count")),
      [](int64_t round) {
        return std::vector{numbers("x", {size_in(round), 3}, round)};
      }};
}

// Two computed sizes, one after the other.
TestModel phases() {
  const std::string zero = whole("zero", {0}) + whole("one", {1});
  return {
      "two computed sizes",
      proto::model(opset, input("x", {"n"}) + zero + node("Relu", {"x"}, {"p"}) +
                              node("ReduceSum", {"p", "zero"}, {"a"}) +
                              node("Cast", {"a"}, {"k"}, proto::a_int("to", TENON_I64)) +
                              node("Add", {"k", "one"}, {"k1"}) +
                              node("Expand", {"one", "k1"}, {"ones"}) +
                              node("ReduceSum", {"ones", "zero"}, {"again"}) +
                              node("Add", {"again", "one"}, {"k2"}) +
                              node("Expand", {"one", "k2"}, {"y"}) + output("y") + output("again")),
      [](int64_t round) { return std::vector{numbers("x", {1}, round)}; }};
}

}  // namespace

std::vector<TestModel> test_models() {
  return {linear(), convolution(), softmax(), reshape(), counted(), phases()};
}

}  // namespace tenon::faults
