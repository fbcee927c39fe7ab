// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/reductions.h"
#include "core/ops/framework/sizes.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(std::vector<int64_t> axes,
                   sorted_axes(c.integers("axes", axes_between(0, c.rank(0))), c.rank(0)));
  const bool keepdims = c.integer("keepdims", 1) != 0;
  c.output(0, c.dtype(0), reduced_dims(c, c.dims(0), axes, keepdims));
  c.set("axes", std::move(axes));
  return {};
}

Status expand(ExpandContext& c) {
  const ValueId x = c.add("DequantizeLinear", {c.input(0), c.input(1), c.input(2)});
  const std::vector<int64_t> axes = c.integers("axes", {});
  const bool keepdims = c.integer("keepdims", 1) != 0;
  const ValueId mean = keepdims ? reduce(c, "mean", x, axes) : reduce_away(c, "mean", x, axes);
  ValueId zero = c.input(4);
  if (zero == no_id) zero = c.scalar(0, c.dtype(0));
  c.output(0, c.add("QuantizeLinear", {mean, c.input(3), zero}));
  return {};
}

}  // namespace

Op q_linear_reduce_mean() {
  const SampleInput zero = {.dims = {}, .dtype = DType::u8, .values = {100}};
  return {
      .name = "QLinearReduceMean",
      .domain = "com.microsoft",
      .doc = "Means of a quantized tensor over axes.",
      .inputs = {{"data", "i8|u8"},
                 {"data_scale", "f32"},
                 {"data_zero_point", "i8|u8", optional_operand},
                 {"reduced_scale", "f32"},
                 {"reduced_zero_point", "i8|u8", optional_operand}},
      .outputs = {{"reduced", "i8|u8"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {2, 3, 4}, .dtype = DType::u8, .low = 0, .high = 255},
                              {.dims = {}, .values = {0.05}},
                              zero,
                              {.dims = {}, .values = {0.03}},
                              zero},
                   .attributes = {{"axes", std::vector<int64_t>{-1}}, {"keepdims", 0}}}},
  };
}

}  // namespace tenon::ops
