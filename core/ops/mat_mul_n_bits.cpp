// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/products.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  const int64_t k = c.integer("K", 0);
  const int64_t n = c.integer("N", 0);
  if (k < 1 || n < 1) return invalid("attributes K {} and N {}", k, n);
  TENON_TRY_ASSIGN(const std::vector<Expr> dims,
                   product_dims(c, c.dims(0), {c.number(k), c.number(n)}));
  c.output(0, c.dtype(0), dims);
  return {};
}

Status expand(ExpandContext& c) {
  const DType dtype = c.dtype(0);
  const ValueId weights = c.add("DequantizeNBits", {c.input(1), c.input(2), c.input(3), c.input(4)},
                                c.node().attributes);
  const ValueId y = c.add("MatMul", {c.input(0), c.cast(weights, dtype)});
  c.output(0, c.has(5) ? c.add("Add", {y, c.input(5)}) : y);
  return {};
}

}  // namespace

Op mat_mul_n_bits() {
  return {
      .name = "MatMulNBits",
      .domain = "com.microsoft",
      .doc = "Product with a matrix of 2, 4 or 8 bit blocks.",
      .inputs = {{"a", "float"},
                 {"b", "u8"},
                 {"scales", "float"},
                 {"zero_points", "u8|float", optional_operand},
                 {"g_idx", "i32", optional_operand},
                 {"bias", "float", optional_operand}},
      .outputs = {{"y", "float"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {2, 32}},
                              {.dims = {3, 2, 8}, .dtype = DType::u8, .low = 0, .high = 255},
                              {.dims = {3, 2}},
                              {.dims = {3, 1}, .dtype = DType::u8, .low = 0, .high = 255}},
                   .attributes = {{"K", 32}, {"N", 3}, {"bits", 4}, {"block_size", 16}}}},
  };
}

}  // namespace tenon::ops
