// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/projected.h"
#include "core/ops/framework/quantize.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

enum Input : size_t { x, weights, bias, x_scale, w_scale, mask, x_zero, w_zero, past, none };

constexpr ProjectedOperands operands = {
    .input = x, .weights = weights, .mask = mask, .past = past, .bias = none};

Status expand(ExpandContext& c) {
  TENON_TRY_ASSIGN(const ValueId a, centered(c, c.input(x), c.input(x_zero)));
  TENON_TRY_ASSIGN(const ValueId b, centered(c, c.input(weights), c.input(w_zero)));
  const ValueId all = map(c, "f32(q) * (a * b) + bias",
                          {{"q", c.add("MatMul", {a, b})},
                           {"a", c.input(x_scale)},
                           {"b", c.input(w_scale)},
                           {"bias", c.input(bias)}},
                          c.dtype(bias));
  return expand_projected(c, operands, all);
}

}  // namespace

Op microsoft_q_attention() {
  return {
      .name = "QAttention",
      .domain = "com.microsoft",
      .doc = "Attention whose projection is a product of quantized tensors.",
      .inputs = {{"input", "i8|u8"},
                 {"weight", "i8|u8"},
                 {"bias", "float"},
                 {"input_scale", "float"},
                 {"weight_scale", "float"},
                 {"mask_index", "i32", optional_operand},
                 {"input_zero_point", "i8|u8", optional_operand},
                 {"weight_zero_point", "i8|u8", optional_operand},
                 {"past", "float", optional_operand}},
      .outputs = {{"output", "float"}, {"present", "float", optional_operand}},
      .attributes = {{"mask_filter_value", -10000.0}, {"unidirectional", 0}},
      .infer = [](InferContext& c) { return infer_projected(c, operands, c.dtype(bias)); },
      .expand = expand,
      .samples = {{.inputs = {{.dims = {2, 3, 4}, .dtype = DType::u8, .low = 0, .high = 255},
                              {.dims = {4, 24}, .dtype = DType::i8, .low = -99, .high = 99},
                              {.dims = {24}},
                              {.dims = {}, .values = {0.01}},
                              {.dims = {}, .values = {0.01}},
                              {.dims = {2}, .dtype = DType::i32, .values = {3, 2}},
                              {.dims = {}, .dtype = DType::u8, .values = {128}}},
                   .attributes = {{"num_heads", 2}}}},
  };
}

}  // namespace tenon::ops
