// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/attend.h"
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

enum Input : size_t { query, key, value, mask, past_key, past_value, valid_keys };

// Sizes of the operands, whether their heads are an axis or packed into the last one.
struct Sizes {
  Expr batch, heads, kv_heads, queries, keys, past, head, value_head;
  Expr total() const { return past + keys; }
};

Result<Sizes> sizes(const NodeContext& c) {
  const int64_t rank = c.rank(query);
  if ((rank != 3 && rank != 4) || c.rank(key) != rank || c.rank(value) != rank) {
    return invalid("query, key and value of rank {}, {} and {}, expected all 3 or all 4", rank,
                   c.rank(key), c.rank(value));
  }
  Sizes s;
  s.batch = c.dim(query, 0);
  s.past = c.has(past_key) ? c.dim(past_key, 2) : c.number(0);
  if (rank == 4) {
    s.heads = c.dim(query, 1);
    s.kv_heads = c.dim(key, 1);
    s.queries = c.dim(query, 2);
    s.keys = c.dim(key, 2);
    s.head = c.dim(query, 3);
    s.value_head = c.dim(value, 3);
    return s;
  }
  TENON_TRY_ASSIGN(const int64_t heads, head_count(c, "q_num_heads"));
  TENON_TRY_ASSIGN(const int64_t kv_heads, head_count(c, "kv_num_heads"));
  s.heads = c.number(heads);
  s.kv_heads = c.number(kv_heads);
  s.queries = c.dim(query, 1);
  s.keys = c.dim(key, 1);
  s.head = c.dim(query, 2) / heads;
  s.value_head = c.dim(value, 2) / kv_heads;
  return s;
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const Sizes s, sizes(c));
  TENON_TRY(c.require(s.heads % s.kv_heads == 0, "key heads divide the query heads"));
  if (c.has(past_key) != c.has(past_value) || (c.has(past_key) && c.has(valid_keys))) {
    return invalid("past_key, past_value and nonpad_kv_seqlen do not go together");
  }
  if (c.has(past_key) && (c.rank(past_key) != 4 || c.rank(past_value) != 4)) {
    return invalid("a cache of rank {}, expected 4", c.rank(past_key));
  }
  if (c.has(mask) && (c.rank(mask) < 1 || c.rank(mask) > 4)) {
    return invalid("a mask of rank {}, expected 1 to 4", c.rank(mask));
  }
  const DType dtype = c.dtype(query);
  if (c.rank(query) == 4) {
    c.output(0, dtype, {s.batch, s.heads, s.queries, s.value_head});
  } else {
    c.output(0, dtype, {s.batch, s.queries, s.heads * s.value_head});
  }
  c.output(1, c.dtype(key), {s.batch, s.kv_heads, s.total(), s.head});
  c.output(2, c.dtype(value), {s.batch, s.kv_heads, s.total(), s.value_head});
  c.output(3, dtype, {s.batch, s.heads, s.queries, s.total()});
  return {};
}

// The keys or values of all steps so far.
ValueId with_past(ExpandContext& c, ValueId now, size_t past) {
  if (!c.has(past)) return now;
  return c.add("Concat", {c.input(past), now}, {{"axis", 2}});
}

// What the attributes and the mask say of who sees whom.
Attend rules(ExpandContext& c, const Sizes& s) {
  Attend a;
  a.scale = c.real("scale", 0);
  a.softcap = c.real("softcap", 0);
  a.mask = whole_mask(c, c.input(mask), s.total());
  a.left = c.integer("left_window_size", -1);
  a.right = c.integer("is_causal", 0) != 0 ? 0 : c.integer("right_window_size", -1);
  if (c.has(valid_keys)) {
    a.valid = by_batch(c, c.input(valid_keys));
    a.offset = map(c, "n - q", {{"n", a.valid}, {"q", c.sizes({s.queries})}}, DType::i64);
  } else if (c.has(past_key)) {
    a.offset = c.sizes({s.past});
  }
  return a;
}

Status expand(ExpandContext& c) {
  TENON_TRY_ASSIGN(const Sizes s, sizes(c));
  const int64_t stage = c.integer("qk_matmul_output_mode", 0);
  if (stage < 0 || stage > 3) return invalid("qk_matmul_output_mode is {}, expected 0 to 3", stage);
  Attend a = rules(c, s);
  a.query = split_heads(c, c.input(query), s.heads);
  a.key = with_past(c, split_heads(c, c.input(key), s.kv_heads), past_key);
  a.value = with_past(c, split_heads(c, c.input(value), s.kv_heads), past_value);
  const Attended made = attend(c, a);
  c.output(0, c.rank(query) == 3 ? join_heads(c, made.output) : made.output);
  if (c.wants(1)) c.output(1, a.key);
  if (c.wants(2)) c.output(2, a.value);
  if (c.wants(3)) c.output(3, c.cast(made.stages[static_cast<size_t>(stage)], c.dtype(query)));
  return {};
}

}  // namespace

Op attention() {
  const SampleInput heads = {.dims = {1, 2, 3, 4}};
  const SampleInput packed = {.dims = {1, 3, 8}};
  return {
      .name = "Attention",
      .doc =
          "Softmax of scaled products of queries and keys, times the values; masks, caches and "
          "shared key heads as in ONNX.",
      .inputs = {{"query", "float"},
                 {"key", "float"},
                 {"value", "float"},
                 {"mask", "any", optional_operand},
                 {"past_key", "float", optional_operand},
                 {"past_value", "float", optional_operand},
                 {"nonpad_kv_seqlen", "i64", optional_operand}},
      .outputs = {{"output", "float"},
                  {"present_key", "float", optional_operand},
                  {"present_value", "float", optional_operand},
                  {"qk_matmul_output", "float", optional_operand}},
      .infer = infer,
      .expand = expand,
      .samples = {{.inputs = {heads, heads, heads}, .attributes = {{"is_causal", 1}}},
                  {.inputs = {packed, {.dims = {1, 5, 4}}, {.dims = {1, 5, 4}}},
                   .attributes = {{"q_num_heads", 2}, {"kv_num_heads", 1}, {"softcap", 2.0}}}},
  };
}

}  // namespace tenon::ops
