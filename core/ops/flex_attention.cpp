// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/attend.h"
#include "core/ops/framework/inline_body.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

enum Input : size_t { query, key, value };

Status infer(InferContext& c) {
  if (c.rank(query) != 4 || c.rank(key) != 4 || c.rank(value) != 4) {
    return invalid("query, key and value of rank {}, {} and {}, expected 4", c.rank(query),
                   c.rank(key), c.rank(value));
  }
  TENON_TRY(c.require(c.dim(query, 1) % c.dim(key, 1) == 0, "key heads divide the query heads"));
  c.output(0, c.dtype(query), {c.dim(query, 0), c.dim(query, 1), c.dim(query, 2), c.dim(value, 3)});
  return {};
}

Status expand(ExpandContext& c) {
  const Attend a = {.query = c.input(query),
                    .key = c.input(key),
                    .value = c.input(value),
                    .scale = c.real("scale", 0)};
  TENON_TRY_ASSIGN(const ValueId scores, inline_body(c, "score_mod", attention_scores(c, a)));
  TENON_TRY_ASSIGN(const ValueId weights,
                   inline_body(c, "prob_mod", attention_probabilities(c, scores)));
  c.output(0, c.cast(weighted_values(c, weights, a.value), c.dtype(query)));
  return {};
}

}  // namespace

Op flex_attention() {
  const SampleInput heads = {.dims = {1, 2, 3, 4}};
  return {
      .name = "FlexAttention",
      .domain = "ai.onnx.preview",
      .doc = "Attention whose scores and probabilities bodies may change.",
      .inputs = {{"query", "float"},
                 {"key", "float"},
                 {"value", "float"},
                 {.name = "captured", .arity = variadic_operand}},
      .outputs = {{"output", "float"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {heads, {.dims = {1, 1, 5, 4}}, {.dims = {1, 1, 5, 4}}}}},
  };
}

}  // namespace tenon::ops
