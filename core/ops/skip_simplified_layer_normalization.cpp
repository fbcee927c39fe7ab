// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/normalize.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  if (c.rank(0) < 1) return invalid("a scalar input, expected rank 1 or more");
  TENON_TRY(c.broadcast(c.dims(0), c.dims(1)).status());
  std::vector<Expr> reduced = c.dims(0);
  reduced.back() = c.number(1);
  c.output(0, c.dtype(0), c.dims(0));
  c.output(1, DType::f32, reduced);
  c.output(2, DType::f32, reduced);
  c.output(3, c.dtype(0), c.dims(0));
  return {};
}

Status expand(ExpandContext& c) {
  const DType dtype = c.dtype(0);
  const DType work = wide(dtype);
  ValueId sum = map(c, "x + skip", {{"x", c.input(0)}, {"skip", c.input(1)}}, work);
  if (c.has(3)) sum = map(c, "x + b", {{"x", sum}, {"b", c.input(3)}}, work);
  const int64_t last = c.rank(0) - 1;
  const double epsilon = c.real("epsilon", 1e-12);
  const ValueId y = normalize_by_root_mean_square(c, sum, {last}, epsilon);
  c.output(0, scale_and_shift(c, y, c.input(2), no_id, dtype));
  const ValueId square = map(c, "x * x", {{"x", sum}}, work);
  const ValueId mean = reduce(c, "mean", square, {last});
  // No mean is taken away, so that it counts as 0.
  if (c.wants(1)) c.output(1, map(c, "0.0", {{"m", mean}}, DType::f32));
  if (c.wants(2)) {
    c.output(2, map(c, "1 / sqrt(m + epsilon)", {{"m", mean}}, DType::f32, {{"epsilon", epsilon}}));
  }
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
      .samples = {{.inputs = {x, x, {.dims = {8}}}},
                  {.inputs = {x, x, {.dims = {8}}}, .outputs = 4}},
  };
}

}  // namespace tenon::ops
