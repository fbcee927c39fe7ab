// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/quantize.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

enum Input : size_t { a, a_scale, a_zero, b, b_scale, b_zero, c_sum, y_scale, y_zero };

bool transposed(const NodeContext& c, std::string_view name) { return c.integer(name, 0) != 0; }

Status infer(InferContext& c) {
  if (c.rank(a) != 2 || c.rank(b) != 2) {
    return invalid("operands of rank {} and {}, expected matrices", c.rank(a), c.rank(b));
  }
  const int64_t turned_a = transposed(c, "transA") ? 1 : 0;
  const int64_t turned_b = transposed(c, "transB") ? 1 : 0;
  TENON_TRY(
      c.require_equal(c.dim(a, 1 - turned_a), c.dim(b, turned_b), "columns of a and rows of b"));
  const std::vector<Expr> dims = {c.dim(a, turned_a), c.dim(b, 1 - turned_b)};
  if (c.has(c_sum)) TENON_TRY(c.broadcast(dims, c.dims(c_sum)).status());
  if (c.has(y_scale) != c.has(y_zero)) return invalid("a scale of y without its zero point");
  c.output(0, c.has(y_scale) ? c.dtype(y_zero) : DType::f32, dims);
  return {};
}

Status expand(ExpandContext& c) {
  ValueId zero = c.input(b_zero);
  if (transposed(c, "transB")) zero = as_column(c, zero);
  TENON_TRY_ASSIGN(ValueId left, centered(c, c.input(a), c.input(a_zero)));
  TENON_TRY_ASSIGN(ValueId right, centered(c, c.input(b), zero));
  if (transposed(c, "transA")) left = transpose(c, left, {1, 0});
  if (transposed(c, "transB")) right = transpose(c, right, {1, 0});
  ValueId sum = c.add("MatMul", {left, right});
  if (c.has(c_sum)) sum = c.add("Add", {sum, c.input(c_sum)});
  const ValueId scale = map(c, "alpha * a * b", {{"a", c.input(a_scale)}, {"b", c.input(b_scale)}},
                            DType::f32, {{"alpha", c.real("alpha", 1)}});
  if (!c.has(y_scale)) {
    c.output(0, map(c, "f32(q) * s", {{"q", sum}, {"s", scale}}, DType::f32));
    return {};
  }
  const ValueId multiplier = map(c, "s / y", {{"s", scale}, {"y", c.input(y_scale)}}, DType::f32);
  c.output(0, requantize(c, sum, multiplier, c.input(y_zero), c.dtype(y_zero)));
  return {};
}

}  // namespace

Op q_gemm() {
  const SampleInput q = {.dims = {3, 4}, .dtype = DType::u8, .low = 0, .high = 255};
  const SampleInput scale = {.dims = {}, .values = {0.02}};
  const SampleInput zero = {.dims = {}, .dtype = DType::u8, .values = {128}};
  const SampleInput weights = {.dims = {2, 4}, .dtype = DType::i8, .low = -99, .high = 99};
  const SampleInput scales = {.dims = {2}, .values = {0.02, 0.03}};
  const SampleInput zeros = {.dims = {2}, .dtype = DType::i8, .values = {0, 3}};
  const SampleInput sum = {.dims = {2}, .dtype = DType::i32, .low = -999, .high = 999};
  return {
      .name = "QGemm",
      .domain = "com.microsoft",
      .doc = "Gemm of quantized matrices; the result is quantized where it has a scale.",
      .inputs = {{"a", "i8|u8"},
                 {"a_scale", "f32"},
                 {"a_zero_point", "i8|u8"},
                 {"b", "i8|u8"},
                 {"b_scale", "f32"},
                 {"b_zero_point", "i8|u8", optional_operand},
                 {"c", "i32", optional_operand},
                 {"y_scale", "f32", optional_operand},
                 {"y_zero_point", "i8|u8", optional_operand}},
      .outputs = {{"y"}},
      .infer = infer,
      .expand = expand,
      .samples =
          {{.inputs =
                {q, scale, zero, weights, scales, zeros, sum, {.dims = {}, .values = {0.5}}, zero},
            .attributes = {{"transB", 1}}},
           {.inputs = {q, scale, zero, weights, scales, zeros, sum},
            .attributes = {{"transB", 1}, {"alpha", 0.5}}}},
  };
}

}  // namespace tenon::ops
