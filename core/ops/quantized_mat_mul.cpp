// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/products.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

enum Input : size_t { a, a_scale, a_zero, b, b_scale, b_zero, y_scale, y_zero };

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const std::vector<Expr> dims, product_dims(c, c.dims(a), c.dims(b)));
  c.output(0, c.dtype(y_zero), dims);
  return {};
}

Status expand(ExpandContext& c) {
  const ValueId left = c.add("DequantizeLinear", {c.input(a), c.input(a_scale), c.input(a_zero)});
  const ValueId right = c.add("DequantizeLinear", {c.input(b), c.input(b_scale), c.input(b_zero)},
                              {{"axis", int64_t{1}}});
  ValueId product = c.add("MatMul", {left, right});
  if (c.integer("relu", 0) != 0) product = c.add("Relu", {product});
  c.output(0, c.add("QuantizeLinear", {product, c.input(y_scale), c.input(y_zero)}));
  return {};
}

}  // namespace

Op quantized_mat_mul() {
  return {
      .name = "QuantizedMatMul",
      .domain = "tenon",
      .doc =
          "Product of dequantized matrices, quantized again; with attribute relu behind Relu. What "
          "the pass quantized_products makes of these operators.",
      .inputs = {{"a", "i8|u8"},
                 {"a_scale", "f32"},
                 {"a_zero_point", "i8|u8"},
                 {"b", "i8|u8"},
                 {"b_scale", "f32"},
                 {"b_zero_point", "i8|u8"},
                 {"y_scale", "f32"},
                 {"y_zero_point", "i8|u8"}},
      .outputs = {{"y", "i8|u8"}},
      .attributes = {{"relu", 0}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 4}, .dtype = DType::u8, .low = 0, .high = 255},
                              {.dims = {}, .values = {0.02}},
                              {.dims = {}, .dtype = DType::u8, .values = {128}},
                              {.dims = {4, 2}, .dtype = DType::i8, .low = -99, .high = 99},
                              {.dims = {}, .values = {0.01}},
                              {.dims = {}, .dtype = DType::i8, .values = {3}},
                              {.dims = {}, .values = {0.1}},
                              {.dims = {}, .dtype = DType::u8, .values = {100}}}}},
  };
}

}  // namespace tenon::ops
