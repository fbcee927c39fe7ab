// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/reductions.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

std::vector<int64_t> spatial_axes(const NodeContext& c) {
  const bool last = c.integer("channels_last", 0) != 0;
  return last ? axes_between(1, c.rank(0) - 1) : axes_between(2, c.rank(0));
}

Status infer(InferContext& c) {
  if (c.rank(0) < 3) return invalid("data of rank {}, expected at least 3", c.rank(0));
  c.output(0, c.dtype(0), reduced_dims(c, c.dims(0), spatial_axes(c), true));
  return {};
}

Status expand(ExpandContext& c) {
  const ValueId x = c.add("DequantizeLinear", {c.input(0), c.input(1), c.input(2)});
  const ValueId mean = reduce(c, "mean", x, spatial_axes(c));
  c.output(0, c.add("QuantizeLinear", {mean, c.input(3), c.input(4)}));
  return {};
}

}  // namespace

Op q_linear_global_average_pool() {
  return {
      .name = "QLinearGlobalAveragePool",
      .domain = "com.microsoft",
      .doc = "GlobalAveragePool of a quantized tensor.",
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
                              {.dims = {}, .dtype = DType::u8, .values = {100}}}}},
  };
}

}  // namespace tenon::ops
