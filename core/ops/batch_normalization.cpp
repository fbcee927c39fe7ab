// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/normalize.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  const bool training = c.integer("training_mode", 0) != 0;
  if (!training && (c.wants(1) || c.wants(2))) {
    return invalid("running statistics are outputs of training mode only");
  }
  if (c.rank(0) < 1) return invalid("scalar data, expected rank 1 or more");
  // Without an axis of channels there is one channel.
  const Expr channels = c.rank(0) > 1 ? c.dim(0, 1) : c.number(1);
  for (size_t i = 1; i < 5; ++i) {
    TENON_TRY(c.require_equal(c.elements(i), channels, "channels and statistics"));
  }
  c.output(1, c.dtype(3), c.dims(3));
  c.output(2, c.dtype(4), c.dims(4));
  return same_as_input(c);
}

// Normalized by the batch itself; the running statistics follow slowly.
Status expand_training(ExpandContext& c) {
  const DType dtype = c.dtype(0);
  const int64_t rank = c.rank(0);
  const int64_t axis = rank > 1 ? 1 : 0;
  std::vector<int64_t> axes = axes_between(0, rank);
  if (rank > 1) axes.erase(axes.begin() + axis);
  const ValueId x = c.cast(c.input(0), wide(dtype));
  const Normalized n = normalize(c, x, axes, c.real("epsilon", 1e-5));
  c.output(0, scale_and_shift(c, n.value, along_axis(c, c.input(1), axis, rank),
                              along_axis(c, c.input(2), axis, rank), dtype));
  const ValueId offset = map(c, "x - m", {{"x", x}, {"m", n.mean}}, wide(dtype));
  const ValueId square = map(c, "d * d", {{"d", offset}}, wide(dtype));
  const Attributes numbers = {{"keep", c.real("momentum", 0.9)}};
  const auto follow = [&](size_t input, ValueId now) {
    return map(c, "keep * old + (1 - keep) * now",
               {{"old", c.input(input)}, {"now", reshape(c, now, c.dims(input))}}, c.dtype(input),
               numbers);
  };
  c.output(1, follow(3, n.mean));
  c.output(2, follow(4, reduce(c, "mean", square, axes)));
  return {};
}

// The statistics become one factor and one summand per channel, which fold when constant.
Status expand(ExpandContext& c) {
  if (c.integer("training_mode", 0) != 0) return expand_training(c);
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
  const SampleInput row = {.dims = {3}};
  const SampleInput variance = {.dims = {3}, .low = 0.1, .high = 2};
  return {
      .name = "BatchNormalization",
      .doc =
          "(x - mean) / sqrt(variance + epsilon) * scale + bias for each channel; in training mode "
          "by the statistics of the batch.",
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
      .samples = {{.inputs = {{.dims = {2, 3, 4, 5}}, row, row, row, variance}},
                  {.inputs = {{.dims = {2, 3, 4}}, row, row, row, variance},
                   .attributes = {{"training_mode", 1}},
                   .outputs = 3}},
  };
}

}  // namespace tenon::ops
