// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/masks.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

enum Input : size_t {
  query,
  key,
  value,
  bias,
  mask,
  attention_bias,
  past_key,
  past_value,
  past_length,
  indirection
};

// Numbers of all heads of the query and of the value, and how many keys the node brings.
struct Sizes {
  Expr batch, steps, keys, past, query, value;
  int64_t heads = 1;
};

Result<Sizes> sizes(const NodeContext& c) {
  Sizes s;
  s.heads = c.integer("num_heads", 0);
  if (s.heads < 1) return invalid("attribute num_heads is {}", s.heads);
  const bool is_packed = c.rank(query) == 5;
  if (!is_packed && c.rank(query) != 3) {
    return invalid("query of rank {}, expected 3 or 5", c.rank(query));
  }
  s.batch = c.dim(query, 0);
  s.steps = c.dim(query, 1);
  s.query = is_packed ? c.dim(query, 4) * s.heads : c.dim(query, 2);
  s.past = c.has(past_key) ? c.dim(past_key, 2) : c.number(0);
  s.keys = s.steps;
  s.value = s.query;
  if (is_packed) return s;
  if (!c.has(key)) return invalid("no key, and a query that does not hold it");
  s.keys = c.dim(key, c.rank(key) == 4 ? 2 : 1);
  if (!c.has(value)) {
    if (c.rank(key) != 5) return invalid("no value, and a key that does not hold it");
    return s;
  }
  s.value = c.rank(value) == 4 ? c.dim(value, 3) * s.heads : c.dim(value, 2);
  return s;
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const Sizes s, sizes(c));
  if (c.has(past_length) || c.has(indirection) || c.wants(3)) {
    return unsupported("a shared buffer of past keys, beams, or scores as an output");
  }
  c.output(0, c.dtype(query), {s.batch, s.steps, s.value});
  const Expr total = s.past + s.keys;
  const Expr heads = c.number(s.heads);
  c.output(1, c.dtype(query), {s.batch, heads, total, s.query / s.heads});
  c.output(2, c.dtype(query), {s.batch, heads, total, s.value / s.heads});
  return {};
}

// Part `place` of a packed tensor [batch, length, heads, count, size], heads in one axis.
ValueId unpack(ExpandContext& c, ValueId packed, int64_t place, Expr width) {
  const Expr batch = c.dims_of(packed)[0];
  const Expr length = c.dims_of(packed)[1];
  return reshape(c, pick(c, packed, 3, place), {batch, length, width});
}

// [batch, length, heads * size], or [batch, heads, length, size] as it is, with heads apart.
ValueId apart(ExpandContext& c, const Sizes& s, ValueId x, Expr width, Expr first) {
  if (!c.status().ok() || c.dims_of(x).size() == 4) return x;
  if (c.has(bias)) x = c.add("Add", {x, slice(c, c.input(bias), 0, first, first + width)});
  if (!c.status().ok()) return x;
  const Expr length = c.dims_of(x)[1];
  const ValueId heads = reshape(c, x, {s.batch, length, c.number(s.heads), width / s.heads});
  return transpose(c, heads, {0, 2, 1, 3});
}

Status expand(ExpandContext& c) {
  TENON_TRY_ASSIGN(const Sizes s, sizes(c));
  const bool packed = c.rank(query) == 5;
  const bool packed_pair = !packed && !c.has(value);
  ValueId q = c.input(query);
  ValueId k = c.input(key);
  ValueId v = c.input(value);
  if (packed) {
    k = unpack(c, q, 1, s.query);
    v = unpack(c, q, 2, s.query);
    q = unpack(c, q, 0, s.query);
  } else if (packed_pair) {
    v = unpack(c, k, 1, s.query);
    k = unpack(c, k, 0, s.query);
  }
  q = apart(c, s, q, s.query, c.number(0));
  k = apart(c, s, k, s.query, s.query);
  v = apart(c, s, v, s.value, s.query * 2);
  TENON_TRY_ASSIGN(ValueId added, additive_mask(c, mask, attention_bias, s.batch, s.past + s.keys));
  if (added != no_id) added = c.cast(added, c.dtype(query));
  Attributes attributes = {{"is_causal", c.integer("unidirectional", 0)}};
  if (c.real("scale", 0) != 0) attributes["scale"] = c.real("scale", 0);
  const ValueId operands[] = {q, k, v, added, c.input(past_key), c.input(past_value)};
  const std::vector<ValueId> made = c.add_many("Attention", operands, std::move(attributes), 3);
  c.output(0, reshape(c, transpose(c, made[0], {0, 2, 1, 3}), {s.batch, s.steps, s.value}));
  if (c.wants(1)) c.output(1, made[1]);
  if (c.wants(2)) c.output(2, made[2]);
  return {};
}

}  // namespace

Op microsoft_multi_head_attention() {
  return {
      .name = "MultiHeadAttention",
      .domain = "com.microsoft",
      .doc = "Attention of a query, a key and a value that may be packed into one tensor.",
      .inputs = {{"query", "float"},
                 {"key", "float", optional_operand},
                 {"value", "float", optional_operand},
                 {"bias", "float", optional_operand},
                 {"key_padding_mask", "i32", optional_operand},
                 {"attention_bias", "float", optional_operand},
                 {"past_key", "float", optional_operand},
                 {"past_value", "float", optional_operand},
                 {"past_sequence_length", "i32", optional_operand},
                 {"cache_indirection", "i32", optional_operand}},
      .outputs = {{"output", "float"},
                  {"present_key", "float", optional_operand},
                  {"present_value", "float", optional_operand},
                  {"qk", "float", optional_operand}},
      .attributes = {{"mask_filter_value", -10000.0}, {"unidirectional", 0}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {{.dims = {2, 3, 8}}, {.dims = {2, 5, 8}}, {.dims = {2, 5, 8}}},
                   .attributes = {{"num_heads", 2}}},
                  {.inputs = {{.dims = {2, 3, 2, 3, 4}}}, .attributes = {{"num_heads", 2}}}},
  };
}

}  // namespace tenon::ops
