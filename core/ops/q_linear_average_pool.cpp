// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/channels.h"
#include "core/ops/framework/windows.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  const bool last = c.integer("channels_last", 0) != 0;
  const std::vector<Expr> data = last ? channels_first(c.dims(0)) : c.dims(0);
  TENON_TRY_ASSIGN(std::vector<Expr> dims, pool_dims(c, data));
  c.output(0, c.dtype(0), last ? channels_last(std::move(dims)) : dims);
  return {};
}

Status expand(ExpandContext& c) {
  const bool last = c.integer("channels_last", 0) != 0;
  const ValueId x = c.add("DequantizeLinear", {c.input(0), c.input(1), c.input(2)});
  const ValueId pooled =
      c.add("AveragePool", {last ? channels_first(c, x) : x}, c.node().attributes);
  const ValueId mean = last ? channels_last(c, pooled) : pooled;
  c.output(0, c.add("QuantizeLinear", {mean, c.input(3), c.input(4)}));
  return {};
}

}  // namespace

Op q_linear_average_pool() {
  return {
      .name = "QLinearAveragePool",
      .domain = "com.microsoft",
      .doc = "AveragePool of a quantized tensor.",
      .inputs = {{"x", "i8|u8"},
                 {"x_scale", "f32"},
                 {"x_zero_point", "i8|u8"},
                 {"y_scale", "f32"},
                 {"y_zero_point", "i8|u8"}},
      .outputs = {{"y", "i8|u8"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {1, 2, 4, 4}, .dtype = DType::u8, .low = 0, .high = 255},
                              {.dims = {}, .values = {0.02}},
                              {.dims = {}, .dtype = DType::u8, .values = {128}},
                              {.dims = {}, .values = {0.02}},
                              {.dims = {}, .dtype = DType::u8, .values = {100}}},
                   .attributes = {{"kernel_shape", std::vector<int64_t>{2, 2}}}}},
  };
}

}  // namespace tenon::ops
