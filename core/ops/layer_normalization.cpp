// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/normalize.h"
#include "core/ops/framework/reductions.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

// Statistics are kept in f32, whatever the data. Some exporters scale f16 by f32.
Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const int64_t axis, c.axis("axis", -1, c.rank(0)));
  c.output(0, c.dtype(1), c.dims(0));
  const std::vector<Expr> dims = reduced_dims(c, c.dims(0), axes_between(axis, c.rank(0)), true);
  if (c.wants(1)) c.output(1, DType::f32, dims);
  if (c.wants(2)) c.output(2, DType::f32, dims);
  return {};
}

Status expand(ExpandContext& c) {
  TENON_TRY_ASSIGN(const int64_t axis, c.axis("axis", -1, c.rank(0)));
  const DType dtype = c.dtype(1);
  const ValueId x = c.cast(c.input(0), wide(c.dtype(0)));
  const Normalized n = normalize(c, x, axes_between(axis, c.rank(0)), c.real("epsilon", 1e-5));
  c.output(0, scale_and_shift(c, n.value, c.input(1), c.input(2), dtype));
  if (c.wants(1)) c.output(1, c.cast(n.mean, DType::f32));
  if (c.wants(2)) c.output(2, c.cast(n.inverse_deviation, DType::f32));
  return {};
}

}  // namespace

Op layer_normalization() {
  return {
      .name = "LayerNormalization",
      .doc = "Normalised over the axes from `axis` on, then scaled and shifted.",
      .inputs = {{"x", "float"}, {"scale", "float"}, {"bias", "float", optional_operand}},
      .outputs = {{"y", "float"},
                  {"mean", "float", optional_operand},
                  {"inverse_deviation", "float", optional_operand}},
      .attributes = {{"axis", -1}, {"epsilon", 1e-5}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {2, 3, 8}}, {.dims = {8}}, {.dims = {8}}}},
                  {.inputs = {{.dims = {2, 3, 8}}, {.dims = {3, 8}}},
                   .attributes = {{"axis", 1}},
                   .outputs = 3}},
  };
}

}  // namespace tenon::ops
