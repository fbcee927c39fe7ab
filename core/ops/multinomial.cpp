// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/random.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  const int64_t samples = c.integer("sample_size", 1);
  if (c.rank(0) != 2) return invalid("input of rank {}, expected 2", c.rank(0));
  if (samples < 1) return invalid("attribute sample_size is {}", samples);
  TENON_TRY_ASSIGN(const DType dtype, wanted_type(c, "dtype", DType::i32));
  c.output(0, dtype, {c.dim(0, 0), c.number(samples)});
  return {};
}

// The class with the greatest sum of its logarithm and a number of Gumbel's distribution.
Status expand(ExpandContext& c) {
  const Expr batch = c.dim(0, 0);
  const Expr classes = c.dim(0, 1);
  const ValueId chance = random_uniform(c, {batch, c.number(c.integer("sample_size", 1)), classes});
  const ValueId score =
      map(c, "x - log(-log(u + tiny))",
          {{"x", reshape(c, c.input(0), {batch, c.number(1), classes})}, {"u", chance}}, DType::f32,
          {{"tiny", 0x1p-25}});
  const ValueId chosen =
      c.add("ArgReduce", {score}, {{"mode", "max"}, {"axis", 2}, {"keepdims", 0}});
  c.output(0, c.cast(chosen, c.graph().value(c.node().outputs[0]).dtype));
  return {};
}

}  // namespace

Op multinomial() {
  return {
      .name = "Multinomial",
      .doc = "Classes drawn by the logarithms of their probabilities.",
      .inputs = {{"input", "float"}},
      .outputs = {{"output", "i32|i64"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {2, 5}}},
                   .attributes = {{"seed", 7.0}, {"sample_size", 4}}}},
  };
}

}  // namespace tenon::ops
