// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/attend.h"
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

enum Input : size_t { input, weights, bias, offsets, cumulated, attention_bias };

struct Sizes {
  Expr tokens, batch, steps, query, value;
  int64_t heads = 1;
};

Result<Sizes> sizes(const NodeContext& c) {
  if (c.rank(input) != 2 || c.rank(weights) != 2 || c.rank(offsets) != 2) {
    return invalid("input, weights and offsets of rank {}, {} and {}, expected 2", c.rank(input),
                   c.rank(weights), c.rank(offsets));
  }
  Sizes s;
  TENON_TRY_ASSIGN(s.heads, head_count(c, "num_heads"));
  const std::vector<Expr> parts = c.sizes("qkv_hidden_sizes");
  if (!parts.empty() && parts.size() != 3) return invalid("{} hidden sizes", parts.size());
  s.tokens = c.dim(input, 0);
  s.batch = c.dim(offsets, 0);
  s.steps = c.dim(offsets, 1);
  s.query = parts.empty() ? c.dim(weights, 1) / 3 : parts[0];
  s.value = parts.empty() ? s.query : parts[2];
  return s;
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const Sizes s, sizes(c));
  TENON_TRY(c.require_equal(c.dim(input, 1), c.dim(weights, 0), "columns of the input"));
  TENON_TRY(c.require_equal(c.elements(cumulated), s.batch + 1, "cumulated lengths"));
  c.output(0, c.dtype(input), {s.tokens, s.value});
  return {};
}

// Tokens go back to their padded places, attend to those of their sequence, and are taken out.
Status expand(ExpandContext& c) {
  TENON_TRY_ASSIGN(const Sizes s, sizes(c));
  const ValueId projected =
      c.add("Add", {c.add("MatMul", {c.input(input), c.input(weights)}), c.input(bias)});
  const ValueId operands[] = {projected, c.input(offsets)};
  const ValueId all = c.add_many("RestorePadding", operands, {}, 1, "com.microsoft").front();
  const Expr heads = c.number(s.heads);
  const auto part = [&](Expr begin, Expr width) {
    return split_heads(c, slice(c, all, 2, begin, begin + width), heads);
  };
  const ValueId ends = slice(c, c.input(cumulated), 0, c.number(1), s.batch + 1);
  const ValueId begins = slice(c, c.input(cumulated), 0, c.number(0), s.batch);
  const Attend a = {.query = part(c.number(0), s.query),
                    .key = part(s.query, s.query),
                    .value = part(s.query * 2, s.value),
                    .scale = c.real("scale", 0),
                    .mask = c.input(attention_bias),
                    .valid = by_batch(c, c.add("Sub", {ends, begins}))};
  const ValueId rows = reshape(c, join_heads(c, attend(c, a).output), {s.batch * s.steps, s.value});
  const ValueId places = reshape(c, c.input(offsets), {s.batch * s.steps});
  c.output(0, c.add("Gather", {rows, slice(c, places, 0, c.number(0), s.tokens)}, {{"axis", 0}}));
  return {};
}

}  // namespace

Op microsoft_packed_attention() {
  return {
      .name = "PackedAttention",
      .domain = "com.microsoft",
      .doc = "Attention of a batch without padding: tokens in one row, with their places.",
      .inputs = {{"input", "float"},
                 {"weights", "float"},
                 {"bias", "float"},
                 {"token_offset", "i32"},
                 {"cumulative_sequence_length", "i32"},
                 {"attention_bias", "float", optional_operand}},
      .outputs = {{"output", "float"}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {4, 6}},
                              {.dims = {6, 12}},
                              {.dims = {12}},
                              {.dims = {2, 3}, .dtype = DType::i32, .values = {0, 1, 2, 3, 4, 5}},
                              {.dims = {3}, .dtype = DType::i32, .values = {0, 3, 4}}},
                   .attributes = {{"num_heads", 2}}}},
  };
}

}  // namespace tenon::ops
