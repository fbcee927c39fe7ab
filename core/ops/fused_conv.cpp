// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/windows.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const std::vector<Expr> dims, conv_dims(c, 0, 1));
  c.output(0, c.dtype(0), dims);
  return {};
}

// The activation as an operator of its own, its parameters by the names ONNX has for them.
Result<ValueId> activate(ExpandContext& c, ValueId x) {
  const std::string activation = c.text("activation", "");
  const std::vector<double> numbers = c.reals("activation_params", {});
  const auto number = [&](size_t i, double otherwise) {
    return i < numbers.size() ? numbers[i] : otherwise;
  };
  if (activation.empty()) return x;
  if (activation == "Relu" || activation == "Sigmoid" || activation == "Tanh") {
    return c.add(activation, {x});
  }
  if (activation == "LeakyRelu") return c.add(activation, {x}, {{"alpha", number(0, 0.01)}});
  if (activation == "HardSigmoid") {
    return c.add(activation, {x}, {{"alpha", number(0, 0.2)}, {"beta", number(1, 0.5)}});
  }
  if (activation == "Clip" && numbers.size() == 2) {
    const DType dtype = c.dtype(0);
    return c.add(activation, {x, c.scalar(numbers[0], dtype), c.scalar(numbers[1], dtype)});
  }
  return unsupported("activation \"{}\"", activation);
}

Status expand(ExpandContext& c) {
  ValueId y = c.add("Conv", {c.input(0), c.input(1), c.input(2)}, c.node().attributes);
  if (c.has(3)) y = c.add("Add", {y, c.input(3)});
  TENON_TRY_ASSIGN(const ValueId activated, activate(c, y));
  c.output(0, activated);
  return {};
}

}  // namespace

Op fused_conv() {
  return {
      .name = "FusedConv",
      .domain = "com.microsoft",
      .doc = "Conv, plus z, then an activation.",
      .inputs = {{"x", "float"},
                 {"w", "float"},
                 {"b", "float", optional_operand},
                 {"z", "float", optional_operand}},
      .outputs = {{"y", "float"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {1, 3, 7, 6}}, {.dims = {4, 3, 3, 3}}, {.dims = {4}}},
                   .attributes = {{"activation", "Relu"}}}},
  };
}

}  // namespace tenon::ops
