// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/products.h"
#include "core/ops/framework/quantize.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const std::vector<Expr> dims, product_dims(c, c.dims(0), c.dims(3)));
  c.output(0, c.dtype(7), dims);
  return {};
}

Status expand(ExpandContext& c) {
  const DType dtype = c.dtype(7);
  TENON_TRY_ASSIGN(const ValueId a, centered(c, c.input(0), as_column(c, c.input(2))));
  TENON_TRY_ASSIGN(const ValueId b, centered(c, c.input(3), c.input(5)));
  const ValueId multiplier =
      map(c, "a * b / y",
          {{"a", as_column(c, c.input(1))}, {"b", c.input(4)}, {"y", as_column(c, c.input(6))}},
          DType::f32);
  const ValueId zero = as_column(c, c.input(7));
  c.output(0, requantize(c, c.add("MatMul", {a, b}), multiplier, zero, dtype));
  return {};
}

}  // namespace

Op q_linear_mat_mul() {
  return {
      .name = "QLinearMatMul",
      .doc = "Matrix product of quantized tensors.",
      .inputs = {{"a", "numeric"},
                 {"a_scale", "float"},
                 {"a_zero_point", "numeric"},
                 {"b", "numeric"},
                 {"b_scale", "float"},
                 {"b_zero_point", "numeric"},
                 {"y_scale", "float"},
                 {"y_zero_point", "numeric"}},
      .outputs = {{"y", "numeric"}},
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
