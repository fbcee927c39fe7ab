// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

enum Input : size_t { a, bias, scale, b };

Status infer(InferContext& c) {
  c.output(0, c.dtype(a), c.dims(a));
  if (!c.wants(1)) return {};
  if (!c.has(b)) return invalid("beta is wanted without b");
  c.output(1, c.dtype(b), c.dims(b));
  return {};
}

Status expand(ExpandContext& c) {
  const ValueId x = map(c, "a + d", {{"a", c.input(a)}, {"d", c.input(bias)}}, DType::f32);
  c.output(0, map(c, "s * (max(x, 0) + log(1 + exp(-abs(x))))", {{"x", x}, {"s", c.input(scale)}},
                  c.dtype(a)));
  if (c.wants(1)) c.output(1, c.add("Sigmoid", {c.input(b)}));
  return {};
}

}  // namespace

Op microsoft_linear_attention_gate() {
  const SampleInput x = {.dims = {2, 3, 4}};
  return {
      .name = "LinearAttentionGate",
      .domain = "com.microsoft",
      .doc = "Decay and rate of LinearAttention from their projections.",
      .inputs = {{"a", "float"},
                 {"dt_bias", "float"},
                 {"decay_scale", "float"},
                 {"b", "float", optional_operand}},
      .outputs = {{"decay", "float"}, {"beta", "float", optional_operand}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {x, {.dims = {4}}, {.dims = {4}}, x}, .outputs = 2}},
  };
}

}  // namespace tenon::ops
