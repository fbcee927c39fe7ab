// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/products.h"
#include "core/ops/framework/quantize.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status expand(ExpandContext& c) {
  TENON_TRY_ASSIGN(const ValueId a, centered(c, c.input(0), as_column(c, c.input(2))));
  TENON_TRY_ASSIGN(const ValueId b, centered(c, c.input(1), c.input(3)));
  c.output(0, c.add("MatMul", {a, b}));
  return {};
}

}  // namespace

Op mat_mul_integer() {
  return {
      .name = "MatMulInteger",
      .doc = "Matrix product of integers less their zero points, in i32.",
      .inputs = {{"a", "i8|u8"},
                 {"b", "i8|u8"},
                 {"a_zero_point", "i8|u8", optional_operand},
                 {"b_zero_point", "i8|u8", optional_operand}},
      .outputs = {{"y", "i32"}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY_ASSIGN(const std::vector<Expr> dims, product_dims(c, c.dims(0), c.dims(1)));
        c.output(0, DType::i32, dims);
        return {};
      },
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 4}, .dtype = DType::u8, .low = 0, .high = 255},
                              {.dims = {4, 2}, .dtype = DType::i8, .low = -99, .high = 99},
                              {.dims = {}, .dtype = DType::u8, .values = {128}},
                              {.dims = {2}, .dtype = DType::i8, .values = {0, 3}}}}},
  };
}

}  // namespace tenon::ops
