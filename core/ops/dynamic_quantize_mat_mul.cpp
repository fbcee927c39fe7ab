// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/products.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const std::vector<Expr> dims, product_dims(c, c.dims(0), c.dims(1)));
  c.output(0, DType::f32, dims);
  return {};
}

Status expand(ExpandContext& c) {
  const ValueId a = c.input(0);
  const std::vector<ValueId> q = c.add_many("DynamicQuantizeLinear", {&a, 1}, {}, 3);
  if (!c.status().ok()) return {};
  const ValueId operands[] = {q[0], c.input(1), q[1], c.input(2), q[2], c.input(3), c.input(4)};
  c.output(0, c.add_many("MatMulIntegerToFloat", operands, {}, 1, "com.microsoft")[0]);
  return {};
}

}  // namespace

Op dynamic_quantize_mat_mul() {
  return {
      .name = "DynamicQuantizeMatMul",
      .domain = "com.microsoft",
      .doc = "Product of a matrix, quantized by its own range, and a quantized one.",
      .inputs = {{"a", "f32"},
                 {"b", "i8|u8"},
                 {"b_scale", "f32"},
                 {"b_zero_point", "i8|u8", optional_operand},
                 {"bias", "f32", optional_operand}},
      .outputs = {{"y", "f32"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 4}},
                              {.dims = {4, 2}, .dtype = DType::i8, .low = -99, .high = 99},
                              {.dims = {1}, .values = {0.02}}}}},
  };
}

}  // namespace tenon::ops
