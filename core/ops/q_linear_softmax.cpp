// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/sizes.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const int64_t axis, c.axis("axis", -1, c.rank(0)));
  c.set("axis", axis);
  return same_as_input(c);
}

// Before operator set 13 all axes from the given one on were one.
Status expand(ExpandContext& c) {
  const int64_t axis = c.integer("axis", 0);
  const std::vector<Expr> dims = c.dims(0);
  const bool flat = c.integer("opset", 13) < 13;
  ValueId x = c.add("DequantizeLinear", {c.input(0), c.input(1), c.input(2)});
  if (flat) {
    const auto middle = dims.begin() + axis;
    x = reshape(c, x, {product(c, {dims.begin(), middle}), product(c, {middle, dims.end()})});
  }
  x = c.add("Softmax", {x}, {{"axis", flat ? 1 : axis}});
  if (flat) x = reshape(c, x, dims);
  c.output(0, c.add("QuantizeLinear", {x, c.input(3), c.input(4)}));
  return {};
}

}  // namespace

Op q_linear_softmax() {
  const SampleInput zero = {.dims = {}, .dtype = DType::u8, .values = {0}};
  return {
      .name = "QLinearSoftmax",
      .domain = "com.microsoft",
      .doc = "Softmax of a quantized tensor.",
      .inputs = {{"x", "i8|u8"},
                 {"x_scale", "f32"},
                 {"x_zero_point", "i8|u8", optional_operand},
                 {"y_scale", "f32"},
                 {"y_zero_point", "i8|u8"}},
      .outputs = {{"y", "i8|u8"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {2, 3, 4}, .dtype = DType::u8, .low = 0, .high = 255},
                              {.dims = {}, .values = {0.05}},
                              zero,
                              {.dims = {}, .values = {0.004}},
                              zero},
                   .attributes = {{"axis", 1}, {"opset", 12}}}},
  };
}

}  // namespace tenon::ops
