// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/products.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const std::vector<Expr> dims, product_dims(c, c.dims(0), c.dims(1)));
  c.output(0, c.dtype(2), dims);
  return {};
}

Status expand(ExpandContext& c) {
  const DType dtype = c.dtype(2);
  const ValueId sum = c.add("MatMulInteger", {c.input(0), c.input(1), c.input(4), c.input(5)});
  const ValueId y =
      map(c, "f32(q) * (a * b)", {{"q", sum}, {"a", c.input(2)}, {"b", c.input(3)}}, dtype);
  c.output(0, c.has(6) ? c.add("Add", {y, c.input(6)}) : y);
  return {};
}

}  // namespace

Op mat_mul_integer_to_float() {
  return {
      .name = "MatMulIntegerToFloat",
      .domain = "com.microsoft",
      .doc = "Matrix product of quantized tensors as real numbers.",
      .inputs = {{"a", "i8|u8"},
                 {"b", "i8|u8"},
                 {"a_scale", "float"},
                 {"b_scale", "float"},
                 {"a_zero_point", "i8|u8", optional_operand},
                 {"b_zero_point", "i8|u8", optional_operand},
                 {"bias", "float", optional_operand}},
      .outputs = {{"y", "float"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 4}, .dtype = DType::u8, .low = 0, .high = 255},
                              {.dims = {4, 2}, .dtype = DType::i8, .low = -99, .high = 99},
                              {.dims = {1}, .values = {0.02}},
                              {.dims = {2}, .values = {0.02, 0.03}},
                              {.dims = {1}, .dtype = DType::u8, .values = {128}}}}},
  };
}

}  // namespace tenon::ops
