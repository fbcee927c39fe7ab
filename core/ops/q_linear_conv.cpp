// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/channels.h"
#include "core/ops/framework/compose.h"
#include "core/ops/framework/quantize.h"
#include "core/ops/framework/windows.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

// An attribute of com.microsoft's: the data has its channels last, the weights have not.
bool is_last(const NodeContext& c) { return c.integer("channels_last", 0) != 0; }

Status infer(InferContext& c) {
  const std::vector<Expr> data = is_last(c) ? channels_first(c.dims(0)) : c.dims(0);
  TENON_TRY_ASSIGN(std::vector<Expr> dims, conv_dims(c, data, c.dims(3)));
  c.output(0, c.dtype(7), is_last(c) ? channels_last(std::move(dims)) : dims);
  return {};
}

// Exact in integers up to the sum; the scale of all operands is applied to it once.
Status expand(ExpandContext& c) {
  const int64_t rank = c.rank(0);
  const DType dtype = c.dtype(7);
  const ValueId data = is_last(c) ? channels_first(c, c.input(0)) : c.input(0);
  TENON_TRY_ASSIGN(const ValueId x, centered(c, data, c.input(2)));
  TENON_TRY_ASSIGN(const ValueId w, centered(c, c.input(3), along_axis(c, c.input(5), 0, rank)));
  const ValueId sum = c.add("Conv", {x, w, c.input(8)}, c.node().attributes);
  const ValueId multiplier =
      map(c, "x * w / y",
          {{"x", c.input(1)}, {"w", along_axis(c, c.input(4), 1, rank)}, {"y", c.input(6)}},
          DType::f32);
  const ValueId y = requantize(c, sum, multiplier, c.input(7), dtype);
  c.output(0, is_last(c) ? channels_last(c, y) : y);
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
