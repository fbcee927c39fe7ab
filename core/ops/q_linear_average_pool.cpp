// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/windows.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  if (c.integer("channels_last", 0) != 0) return unsupported("channels_last");
  TENON_TRY_ASSIGN(const std::vector<Expr> dims, pool_dims(c));
  c.output(0, c.dtype(0), dims);
  return {};
}

Status expand(ExpandContext& c) {
  const ValueId x = c.add("DequantizeLinear", {c.input(0), c.input(1), c.input(2)});
  const ValueId mean = c.add("AveragePool", {x}, c.node().attributes);
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
