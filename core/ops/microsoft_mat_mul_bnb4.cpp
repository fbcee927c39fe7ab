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
  const bool turned = c.integer("transB", 1) != 0;
  TENON_TRY_ASSIGN(
      const std::vector<Expr> dims,
      product_dims(c, c.dims(0), {c.number(turned ? k : n), c.number(turned ? n : k)}));
  c.output(0, c.dtype(0), dims);
  return {};
}

Status expand(ExpandContext& c) {
  Attributes sizes = {{"K", c.integer("K", 0)},
                      {"N", c.integer("N", 0)},
                      {"block_size", c.integer("block_size", 0)},
                      {"quant_type", c.integer("quant_type", 1)}};
  ValueId weights = c.add("DequantizeBnb4", {c.input(1), c.input(2)}, std::move(sizes));
  if (c.integer("transB", 1) != 0) weights = transpose(c, weights, {1, 0});
  c.output(0, c.add("MatMul", {c.input(0), c.cast(weights, c.dtype(0))}));
  return {};
}

}  // namespace

Op microsoft_mat_mul_bnb4() {
  return {
      .name = "MatMulBnb4",
      .domain = "com.microsoft",
      .doc = "Product with a matrix of 4-bit floats or normal floats in blocks.",
      .inputs = {{"a", "float"}, {"b", "u8"}, {"absmax", "float"}},
      .outputs = {{"y", "float"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {2, 16}},
                              {.dims = {24}, .dtype = DType::u8, .low = 0, .high = 255},
                              {.dims = {3}}},
                   .attributes = {{"K", 16}, {"N", 3}, {"block_size", 16}, {"quant_type", 1}}}},
  };
}

}  // namespace tenon::ops
