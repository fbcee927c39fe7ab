// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/masks.h"
#include "core/ops/framework/sizes.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

enum Input : size_t { input, weights, bias, mask, past, attention_bias, past_length };

struct Sizes {
  Expr batch, steps, past, query, value;  // query and value: numbers of all heads
  int64_t heads = 1;
};

Result<Sizes> sizes(const NodeContext& c) {
  if (c.rank(input) != 3 || c.rank(weights) != 2) {
    return invalid("input of rank {}, weights of rank {}, expected 3 and 2", c.rank(input),
                   c.rank(weights));
  }
  Sizes s;
  s.heads = c.integer("num_heads", 0);
  if (s.heads < 1) return invalid("attribute num_heads is {}", s.heads);
  s.batch = c.dim(input, 0);
  s.steps = c.dim(input, 1);
  s.past = c.has(past) ? c.dim(past, 3) : c.number(0);
  const std::vector<Expr> parts = c.sizes("qkv_hidden_sizes");
  if (!parts.empty() && parts.size() != 3) {
    return invalid("{} hidden sizes, expected 3", parts.size());
  }
  s.query = parts.empty() ? c.dim(weights, 1) / 3 : parts[0];
  s.value = parts.empty() ? s.query : parts[2];
  return s;
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const Sizes s, sizes(c));
  if (c.has(past_length) || c.integer("do_rotary", 0) != 0) {
    return unsupported("a shared buffer of past keys, or rotation of them");
  }
  if (c.has(past) && c.rank(past) != 5) return invalid("past of rank {}, expected 5", c.rank(past));
  TENON_TRY(c.require_equal(c.dim(input, 2), c.dim(weights, 0), "columns of the input"));
  TENON_TRY(c.require_equal(c.dim(weights, 1), s.query * 2 + s.value, "columns of the weights"));
  c.output(0, c.dtype(input), {s.batch, s.steps, s.value});
  c.output(1, c.dtype(input),
           {c.number(2), s.batch, c.number(s.heads), s.past + s.steps, s.query / s.heads});
  return {};
}

Status expand(ExpandContext& c) {
  TENON_TRY_ASSIGN(const Sizes s, sizes(c));
  ValueId all = c.add("MatMul", {c.input(input), c.input(weights)});
  if (c.has(bias)) all = c.add("Add", {all, c.input(bias)});
  const Expr end = s.query * 2 + s.value;
  const ValueId q = slice(c, all, 2, c.number(0), s.query);
  const ValueId k = slice(c, all, 2, s.query, s.query * 2);
  const ValueId v = slice(c, all, 2, s.query * 2, end);
  TENON_TRY_ASSIGN(ValueId added,
                   additive_mask(c, mask, attention_bias, s.batch, s.past + s.steps));
  if (added != no_id) added = c.cast(added, c.dtype(input));
  const ValueId past_key = c.has(past) ? pick(c, c.input(past), 0, 0) : no_id;
  const ValueId past_value = c.has(past) ? pick(c, c.input(past), 0, 1) : no_id;
  Attributes attributes = {{"q_num_heads", s.heads},
                           {"kv_num_heads", s.heads},
                           {"is_causal", c.integer("unidirectional", 0)}};
  if (c.real("scale", 0) != 0) attributes["scale"] = c.real("scale", 0);
  const ValueId operands[] = {q, k, v, added, past_key, past_value};
  const std::vector<ValueId> made = c.add_many("Attention", operands, std::move(attributes), 3);
  c.output(0, made[0]);
  if (!c.wants(1)) return {};
  const ValueId first = c.integers({0});
  const ValueId key = c.add("Unsqueeze", {made[1], first});
  const ValueId value = c.add("Unsqueeze", {made[2], first});
  c.output(1, c.add("Concat", {key, value}, {{"axis", 0}}));
  return {};
}

}  // namespace

Op microsoft_attention() {
  return {
      .name = "Attention",
      .domain = "com.microsoft",
      .doc = "Query, key and value projected by one matrix, then attention.",
      .inputs = {{"input", "float"},
                 {"weights", "float"},
                 {"bias", "float", optional_operand},
                 {"mask_index", "i32", optional_operand},
                 {"past", "float", optional_operand},
                 {"attention_bias", "float", optional_operand},
                 {"past_sequence_length", "i32", optional_operand}},
      .outputs = {{"output", "float"}, {"present", "float", optional_operand}},
      .attributes = {{"mask_filter_value", -10000.0}, {"unidirectional", 0}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {2, 3, 4}},
                              {.dims = {4, 24}},
                              {.dims = {24}},
                              {.dims = {2}, .dtype = DType::i32, .values = {3, 2}}},
                   .attributes = {{"num_heads", 2}}}},
  };
}

}  // namespace tenon::ops
