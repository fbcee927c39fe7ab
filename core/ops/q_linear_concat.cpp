// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

// Operands are the output's scale and zero point, then data, scale and zero point of each part.
Status infer(InferContext& c) {
  if (c.inputs() < 5 || c.inputs() % 3 != 2) {
    return invalid("{} inputs, expected 2 and 3 for each part", c.inputs());
  }
  TENON_TRY_ASSIGN(const int64_t axis, c.axis("axis", 0, c.rank(2)));
  std::vector<Expr> dims = c.dims(2);
  for (size_t i = 5; i < c.inputs(); i += 3) {
    if (c.rank(i) != c.rank(2)) return invalid("parts of rank {} and {}", c.rank(2), c.rank(i));
    Expr& size = dims[static_cast<size_t>(axis)];
    size = size + c.dim(i, axis);
  }
  c.output(0, c.dtype(1), dims);
  return {};
}

Status expand(ExpandContext& c) {
  std::vector<ValueId> parts;
  for (size_t i = 2; i < c.inputs(); i += 3) {
    parts.push_back(c.add("DequantizeLinear", {c.input(i), c.input(i + 1), c.input(i + 2)}));
  }
  const std::vector<ValueId> whole =
      c.add_many("Concat", parts, {{"axis", c.integer("axis", 0)}}, 1);
  c.output(0, c.add("QuantizeLinear", {whole[0], c.input(0), c.input(1)}));
  return {};
}

}  // namespace

Op q_linear_concat() {
  const SampleInput q = {.dims = {2, 3}, .dtype = DType::u8, .low = 0, .high = 255};
  const SampleInput scale = {.dims = {}, .values = {0.02}};
  const SampleInput zero = {.dims = {}, .dtype = DType::u8, .values = {128}};
  return {
      .name = "QLinearConcat",
      .domain = "com.microsoft",
      .doc = "Concat of quantized tensors, each brought to the output's scale.",
      .inputs = {{"y_scale", "f32"},
                 {"y_zero_point", "i8|u8"},
                 {"inputs", "i8|u8|f32", variadic_operand}},
      .outputs = {{"y", "i8|u8"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {scale, zero, q, scale, zero, q, scale, zero},
                   .attributes = {{"axis", 1}}}},
  };
}

}  // namespace tenon::ops
