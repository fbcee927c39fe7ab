// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/normalize.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  if (c.rank(0) < 1) return invalid("a scalar input, expected rank 1 or more");
  if (c.wants(1) || c.wants(2)) return unsupported("the outputs mean and inverse deviation");
  TENON_TRY(c.broadcast(c.dims(0), c.dims(1)).status());
  c.output(0, c.dtype(0), c.dims(0));
  c.output(3, c.dtype(0), c.dims(0));
  return {};
}

Status expand(ExpandContext& c) {
  const DType dtype = c.dtype(0);
  const DType work = wide(dtype);
  ValueId sum = map(c, "x + skip", {{"x", c.input(0)}, {"skip", c.input(1)}}, work);
  if (c.has(3)) sum = map(c, "x + b", {{"x", sum}, {"b", c.input(3)}}, work);
  const ValueId y =
      normalize_by_root_mean_square(c, sum, {c.rank(0) - 1}, c.real("epsilon", 1e-12));
  c.output(0, scale_and_shift(c, y, c.input(2), no_id, dtype));
  if (c.wants(3)) c.output(3, c.cast(sum, dtype));
  return {};
}

}  // namespace

Op skip_simplified_layer_normalization() {
  const SampleInput x = {.dims = {2, 3, 8}};
  return {
      .name = "SkipSimplifiedLayerNormalization",
      .domain = "com.microsoft",
      .doc = "RMSNormalization of input + skip + bias; output 3 is the sum.",
      .inputs = {{"input", "float"},
                 {"skip", "float"},
                 {"gamma", "float"},
                 {"bias", "float", optional_operand}},
      .outputs = {{"output", "float"},
                  {"mean", "float", optional_operand},
                  {"inverse_deviation", "float", optional_operand},
                  {"sum", "float", optional_operand}},
      .attributes = {{"epsilon", 1e-12}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {x, x, {.dims = {8}}}}},
  };
}

}  // namespace tenon::ops
