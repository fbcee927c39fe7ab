// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/quantize.h"
#include "core/ops/framework/sizes.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Result<DType> output_type(const NodeContext& c) {
  const int64_t asked = c.integer("output_dtype", 0);
  const DType otherwise = asked == 0 ? DType::u8 : static_cast<DType>(asked);
  const DType dtype = quantized_type(c, 2, otherwise);
  if (asked < 0 || asked >= TENON_DTYPE_COUNT || (!is_integer(dtype) && !is_float(dtype)) ||
      (asked != 0 && otherwise != dtype)) {
    return invalid("attribute output_dtype is {}, the zero point {}", asked, name_of(dtype));
  }
  return dtype;
}

// The axis matters only where the scale has one entry per place or block.
Result<int64_t> chosen_axis(const NodeContext& c) {
  if (c.rank(1) == 0 || c.rank(0) == 0) return int64_t{0};
  const int64_t axis = c.integer("axis", 1);
  if (c.rank(1) == 1 && c.dim(1, 0).is_constant() && c.dim(1, 0).constant() == 1) {
    return int64_t{0};
  }
  return resolve_axis(axis, c.rank(0));
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const int64_t axis, chosen_axis(c));
  TENON_TRY_ASSIGN(const DType dtype, output_type(c));
  const int64_t block = c.integer("block_size", 0);
  if (block < 0 || (block > 0 && c.rank(1) != c.rank(0)) || (block == 0 && c.rank(1) > 1)) {
    return invalid("scale of rank {} with block size {}", c.rank(1), block);
  }
  c.set("axis", axis);
  c.output(0, dtype, c.dims(0));
  return {};
}

Expr element(ElementContext& c) {
  const int64_t axis = c.integer("axis", 1);
  const int64_t block = c.integer("block_size", 0);
  const Expr scale = quantization_parameter(c, 1, axis, block);
  const Expr zero = c.has(2) ? quantization_parameter(c, 2, axis, block) : Expr();
  const Expr x = c.pool().cast(c.load(0), Type::f32);
  const Expr ratio = x / c.pool().cast(scale, Type::f32);
  const bool narrow_float = is_float(c.output_dtype());
  return narrow_float && c.integer("saturate", 1) == 0 ? ratio : to_quantized(c, ratio, zero);
}

}  // namespace

Op quantize_linear() {
  return {
      .name = "QuantizeLinear",
      .doc = "x / scale rounded to even, plus the zero point, kept in the type's range.",
      .inputs = {{"x", "numeric"},
                 {"scale", "numeric"},
                 {"zero_point", "numeric", optional_operand}},
      .outputs = {{"y", "numeric"}},
      .attributes = {{"axis", 1}, {"block_size", 0}, {"output_dtype", 0}, {"saturate", 1}},
      .infer = infer,
      .element = element,
      .samples = {{.inputs = {{.dims = {3, 5}, .low = -9, .high = 9},
                              {.dims = {}, .values = {0.05}},
                              {.dims = {}, .dtype = DType::u8, .values = {128}}}},
                  {.inputs = {{.dims = {2, 3, 2}},
                              {.dims = {3}, .values = {0.1, 0.02, 0.3}},
                              {.dims = {3}, .dtype = DType::i8, .values = {0, 5, -7}}}},
                  {.inputs = {{.dims = {2, 4}}, {.dims = {2, 2}, .low = 0.01, .high = 0.1}},
                   .attributes = {{"axis", 1}, {"block_size", 2}}}},
  };
}

}  // namespace tenon::ops
