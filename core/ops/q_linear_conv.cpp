// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/quantize.h"
#include "core/ops/framework/windows.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  if (c.integer("channels_last", 0) != 0) return unsupported("channels_last");
  TENON_TRY_ASSIGN(const std::vector<Expr> dims, conv_dims(c, 0, 3));
  c.output(0, c.dtype(7), dims);
  return {};
}

// Exact in integers up to the sum; the scale of all operands is applied to it once.
Status expand(ExpandContext& c) {
  const int64_t rank = c.rank(0);
  const DType dtype = c.dtype(7);
  TENON_TRY_ASSIGN(const ValueId x, centered(c, c.input(0), c.input(2)));
  TENON_TRY_ASSIGN(const ValueId w, centered(c, c.input(3), along_axis(c, c.input(5), 0, rank)));
  const ValueId sum = c.add("Conv", {x, w, c.input(8)}, c.node().attributes);
  const ValueId multiplier =
      map(c, "x * w / y",
          {{"x", c.input(1)}, {"w", along_axis(c, c.input(4), 1, rank)}, {"y", c.input(6)}},
          DType::f32);
  c.output(0, requantize(c, sum, multiplier, c.input(7), dtype));
  return {};
}

}  // namespace

Op q_linear_conv() {
  return {
      .name = "QLinearConv",
      .doc = "Conv of quantized tensors.",
      .inputs = {{"x", "i8|u8"},
                 {"x_scale", "f32"},
                 {"x_zero_point", "i8|u8"},
                 {"w", "i8|u8"},
                 {"w_scale", "f32"},
                 {"w_zero_point", "i8|u8"},
                 {"y_scale", "f32"},
                 {"y_zero_point", "i8|u8"},
                 {"b", "i32", optional_operand}},
      .outputs = {{"y", "i8|u8"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {1, 2, 5, 5}, .dtype = DType::u8, .low = 0, .high = 255},
                              {.dims = {}, .values = {0.02}},
                              {.dims = {}, .dtype = DType::u8, .values = {128}},
                              {.dims = {3, 2, 3, 3}, .dtype = DType::i8, .low = -99, .high = 99},
                              {.dims = {3}, .values = {0.01, 0.02, 0.03}},
                              {.dims = {3}, .dtype = DType::i8, .values = {0, 0, 0}},
                              {.dims = {}, .values = {0.5}},
                              {.dims = {}, .dtype = DType::u8, .values = {100}},
                              {.dims = {3}, .dtype = DType::i32, .low = -99, .high = 99}}}},
  };
}

}  // namespace tenon::ops
