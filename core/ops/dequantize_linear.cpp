// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/quantize.h"
#include "core/ops/framework/sizes.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

// The axis matters only where the scale has one entry per place or block.
Result<int64_t> chosen_axis(const NodeContext& c) {
  if (c.rank(1) == 0 || c.rank(0) == 0) return int64_t{0};
  if (c.rank(1) == 1 && c.dim(1, 0).is_constant() && c.dim(1, 0).constant() == 1) {
    return int64_t{0};
  }
  return resolve_axis(c.integer("axis", 1), c.rank(0));
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const int64_t axis, chosen_axis(c));
  const int64_t block = c.integer("block_size", 0);
  if (block < 0 || (block > 0 && c.rank(1) != c.rank(0)) || (block == 0 && c.rank(1) > 1)) {
    return invalid("scale of rank {} with block size {}", c.rank(1), block);
  }
  const int64_t asked = c.integer("output_dtype", 0);
  DType dtype = asked == 0 ? c.dtype(1) : static_cast<DType>(asked);
  if (dtype == DType::f8e8m0) dtype = DType::f32;
  if (!is_float(dtype)) return invalid("output type {}, expected floats", name_of(dtype));
  c.set("axis", axis);
  c.output(0, dtype, c.dims(0));
  return {};
}

Expr element(ElementContext& c) {
  const int64_t axis = c.integer("axis", 1);
  const int64_t block = c.integer("block_size", 0);
  const Expr scale = quantization_parameter(c, 1, axis, block);
  const Expr zero = c.has(2) ? quantization_parameter(c, 2, axis, block) : Expr();
  return to_real(c, c.load(0), scale, zero);
}

}  // namespace

Op dequantize_linear() {
  return {
      .name = "DequantizeLinear",
      .doc = "(x - zero point) * scale.",
      .inputs = {{"x", "numeric"}, {"scale", "float"}, {"zero_point", "numeric", optional_operand}},
      .outputs = {{"y", "float"}},
      .attributes = {{"axis", 1}, {"block_size", 0}, {"output_dtype", 0}},
      .infer = infer,
      .element = element,
      .samples = {{.inputs = {{.dims = {3, 5}, .dtype = DType::u8, .low = 0, .high = 255},
                              {.dims = {}, .values = {0.05}},
                              {.dims = {}, .dtype = DType::u8, .values = {128}}}},
                  {.inputs = {{.dims = {2, 3, 2}, .dtype = DType::i8, .low = -99, .high = 99},
                              {.dims = {3}, .values = {0.1, 0.02, 0.3}},
                              {.dims = {3}, .dtype = DType::i8, .values = {0, 5, -7}}}}},
  };
}

}  // namespace tenon::ops
