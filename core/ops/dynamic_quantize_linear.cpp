// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  c.output(0, DType::u8, c.dims(0));
  c.output(1, DType::f32, {});
  c.output(2, DType::u8, {});
  return {};
}

// The range always holds 0; a range of nothing but 0 has scale 1.
Status expand(ExpandContext& c) {
  const ValueId x = c.input(0);
  const std::vector<int64_t> axes = axes_between(0, c.rank(0));
  const ValueId low = reduce_away(c, "min", x, axes);
  const ValueId high = reduce_away(c, "max", x, axes);
  const ValueId span =
      map(c, "(max(h, 0) - min(l, 0)) / 255", {{"h", high}, {"l", low}}, DType::f32);
  const ValueId scale = map(c, "s == 0 ? 1.0 : s", {{"s", span}}, DType::f32);
  const ValueId zero =
      map(c, "min(max(round(-min(l, 0) / s), 0), 255)", {{"l", low}, {"s", scale}}, DType::u8);
  c.output(0, c.add("QuantizeLinear", {x, scale, zero}));
  c.output(1, scale);
  c.output(2, zero);
  return {};
}

}  // namespace

Op dynamic_quantize_linear() {
  return {
      .name = "DynamicQuantizeLinear",
      .doc = "x as u8 with the scale and zero point that its own range asks for.",
      .inputs = {{"x", "f32"}},
      .outputs = {{"y", "u8"}, {"scale", "f32"}, {"zero_point", "u8"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 5}}}, .outputs = 3}},
  };
}

}  // namespace tenon::ops
