// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/windows.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

enum Input : size_t { x, x_scale, x_zero, w, w_scale, w_zero, y_scale, y_zero, b, b_scale };

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const std::vector<Expr> dims, conv_dims(c, c.dims(x), c.dims(w)));
  c.output(0, c.dtype(y_zero), dims);
  return {};
}

Status expand(ExpandContext& c) {
  const Attributes by_channel = {{"axis", int64_t{0}}};
  Attributes attributes = c.node().attributes;
  attributes.erase("relu");
  const ValueId data = c.add("DequantizeLinear", {c.input(x), c.input(x_scale), c.input(x_zero)});
  const ValueId weights =
      c.add("DequantizeLinear", {c.input(w), c.input(w_scale), c.input(w_zero)}, by_channel);
  ValueId bias = no_id;
  if (c.has(b)) bias = c.add("DequantizeLinear", {c.input(b), c.input(b_scale)}, by_channel);
  ValueId sum = c.add("Conv", {data, weights, bias}, std::move(attributes));
  if (c.integer("relu", 0) != 0) sum = c.add("Relu", {sum});
  c.output(0, c.add("QuantizeLinear", {sum, c.input(y_scale), c.input(y_zero)}));
  return {};
}

}  // namespace

Op quantized_conv() {
  const SampleInput x = {.dims = {1, 2, 5, 5}, .dtype = DType::u8, .low = 0, .high = 255};
  const SampleInput zero = {.dims = {}, .dtype = DType::u8, .values = {128}};
  const SampleInput w = {.dims = {3, 2, 3, 3}, .dtype = DType::i8, .low = -99, .high = 99};
  return {
      .name = "QuantizedConv",
      .domain = "tenon",
      .doc =
          "Conv of dequantized tensors, quantized again; with attribute relu behind Relu. What the "
          "pass quantized_products makes of these operators.",
      .inputs = {{"x", "i8|u8"},
                 {"x_scale", "f32"},
                 {"x_zero_point", "i8|u8"},
                 {"w", "i8|u8"},
                 {"w_scale", "f32"},
                 {"w_zero_point", "i8|u8"},
                 {"y_scale", "f32"},
                 {"y_zero_point", "i8|u8"},
                 {"b", "i32", optional_operand},
                 {"b_scale", "f32", optional_operand}},
      .outputs = {{"y", "i8|u8"}},
      .attributes = {{"relu", 0}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {x,
                              {.dims = {}, .values = {0.02}},
                              zero,
                              w,
                              {.dims = {3}, .values = {0.01, 0.02, 0.03}},
                              {.dims = {3}, .dtype = DType::i8, .values = {0, 0, 0}},
                              {.dims = {}, .values = {0.5}},
                              zero,
                              {.dims = {3}, .dtype = DType::i32, .low = -99, .high = 99},
                              {.dims = {3}, .values = {0.0002, 0.0004, 0.0006}}}}},
  };
}

}  // namespace tenon::ops
