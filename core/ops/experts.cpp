// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/experts.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

enum Input : size_t { x, logits, gate, up, down };

Status infer(InferContext& c) {
  if (c.rank(x) != 2 || c.rank(logits) != 2) {
    return invalid("x and logits of rank {} and {}, expected 2", c.rank(x), c.rank(logits));
  }
  for (const size_t i : {gate, up, down}) {
    if (c.rank(i) != 3) return invalid("input {} of rank {}, expected 3", i, c.rank(i));
    TENON_TRY(c.require_equal(c.dim(i, 0), c.dim(logits, 1), "experts"));
  }
  TENON_TRY(c.require_equal(c.dim(logits, 0), c.dim(x, 0), "tokens"));
  for (const size_t i : {gate, up}) {
    TENON_TRY(c.require_equal(c.dim(i, 1), c.dim(down, 2), "inner numbers of an expert"));
    TENON_TRY(c.require_equal(c.dim(i, 2), c.dim(x, 1), "numbers of a token"));
  }
  TENON_TRY(c.require_equal(c.dim(down, 1), c.dim(x, 1), "numbers of a token"));
  if (c.integer("top", 0) < 1) return invalid("attribute top is {}", c.integer("top", 0));
  TENON_TRY(c.require(c.dim(logits, 1) >= c.integer("top", 0), "as many experts as are chosen"));
  return same_as_input(c);
}

Status expand(ExpandContext& c) {
  const ValueId operands[] = {c.input(x),    c.input(logits), c.input(gate), no_id,
                              c.input(down), no_id,           c.input(up)};
  const std::vector<ValueId> made =
      c.add_many("MoE", operands,
                 {{"k", c.integer("top", 0)},
                  {"normalize_routing_weights", c.integer("normalize", 1)},
                  {"activation_type", c.text("activation", "silu")}},
                 1, "com.microsoft");
  c.output(0, made[0]);
  return {};
}

}  // namespace

Op experts() {
  return {
      .name = "Experts",
      .domain = "tenon",
      .doc =
          "Each token of x [tokens, width] through the `top` experts whose logits [tokens, "
          "experts] "
          "are the largest: down (activation(gate x) * up x), weighed by their softmax; normalize: "
          "over the chosen ones. Matrices are stacked: gate and up [experts, inner, width], down "
          "[experts, width, inner].",
      .inputs = {{"x", "float"},
                 {"logits", "float"},
                 {"gate", "float"},
                 {"up", "float"},
                 {"down", "float"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"top", 1}, {"normalize", 1}, {"activation", "silu"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {3, 4}},
                              {.dims = {3, 5}},
                              {.dims = {5, 6, 4}},
                              {.dims = {5, 6, 4}},
                              {.dims = {5, 4, 6}}},
                   .attributes = {{"top", 2}}}},
  };
}

}  // namespace tenon::ops
