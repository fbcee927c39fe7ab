// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/normalize.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  if (c.integer("training_mode", 0) != 0 || c.wants(1) || c.wants(2)) {
    return unsupported("batch normalization in training mode");
  }
  if (c.rank(0) < 1) return invalid("scalar data, expected rank 1 or more");
  // Without an axis of channels there is one channel.
  const Expr channels = c.rank(0) > 1 ? c.dim(0, 1) : c.number(1);
  for (size_t i = 1; i < 5; ++i) {
    TENON_TRY(c.require_equal(c.elements(i), channels, "channels and statistics"));
  }
  return same_as_input(c);
}

// The statistics become one factor and one summand per channel, which fold when constant.
Status expand(ExpandContext& c) {
  const DType dtype = c.dtype(0);
  const int64_t rank = c.rank(0);
  const int64_t axis = rank > 1 ? 1 : 0;
  const ValueId factor = map(c, "s / sqrt(v + epsilon)", {{"s", c.input(1)}, {"v", c.input(4)}},
                             wide(dtype), {{"epsilon", c.real("epsilon", 1e-5)}});
  const ValueId summand =
      map(c, "b - m * f", {{"b", c.input(2)}, {"m", c.input(3)}, {"f", factor}}, wide(dtype));
  c.output(0, scale_and_shift(c, c.input(0), along_axis(c, factor, axis, rank),
                              along_axis(c, summand, axis, rank), dtype));
  return {};
}

}  // namespace

Op batch_normalization() {
  return {
      .name = "BatchNormalization",
      .doc = "(x - mean) / sqrt(variance + epsilon) * scale + bias for each channel.",
      .inputs = {{"x", "float"},
                 {"scale", "float"},
                 {"bias", "float"},
                 {"mean", "float"},
                 {"variance", "float"}},
      .outputs = {{"y", "float"},
                  {"running_mean", "float", optional_operand},
                  {"running_variance", "float", optional_operand}},
      .attributes = {{"epsilon", 1e-5}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {2, 3, 4, 5}},
                              {.dims = {3}},
                              {.dims = {3}},
                              {.dims = {3}},
                              {.dims = {3}, .low = 0.1, .high = 2}}}},
  };
}

}  // namespace tenon::ops
