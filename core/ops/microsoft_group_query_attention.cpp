// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/attend.h"
#include "core/ops/framework/compose.h"
#include "core/ops/framework/normalize.h"
#include "core/ops/op.h"

#include <utility>

namespace tenon::ops {
namespace {

enum Input : size_t {
  query,
  key,
  value,
  past_key,
  past_value,
  lengths,
  total_length,
  cosines,
  sines,
  positions,
  attention_bias,
  head_sink,
  key_scale,
  value_scale,
  query_norm,
  key_norm,
  query_lengths
};

struct Sizes {
  Expr batch, steps, head, past, total;
  int64_t heads = 1;
  int64_t kv_heads = 1;
  bool packed = false;  // query, key and value in one tensor
  Expr present() const { return maximum(past, total); }
};

Result<Sizes> sizes(const NodeContext& c) {
  if (c.rank(query) != 3) return invalid("query of rank {}, expected 3", c.rank(query));
  Sizes s;
  TENON_TRY_ASSIGN(s.heads, head_count(c, "num_heads"));
  TENON_TRY_ASSIGN(s.kv_heads, head_count(c, "kv_num_heads"));
  if (s.heads % s.kv_heads != 0) {
    return invalid("num_heads {} and kv_num_heads {}", s.heads, s.kv_heads);
  }
  s.batch = c.dim(query, 0);
  s.steps = c.dim(query, 1);
  s.packed = !c.has(key);
  s.head = c.dim(query, 2) / (s.packed ? s.heads + 2 * s.kv_heads : s.heads);
  s.past = c.has(past_key) ? c.dim(past_key, 2) : c.number(0);
  TENON_TRY_ASSIGN(const std::vector<Expr> total, c.values(total_length));
  if (total.size() != 1) {
    return invalid("total_sequence_length has {} elements, expected 1", total.size());
  }
  s.total = total[0];
  return s;
}

// Operands that are given must have these ranks.
Status check_ranks(const NodeContext& c) {
  constexpr std::pair<size_t, int64_t> ranks[] = {
      {key, 3},       {value, 3},      {past_key, 4}, {past_value, 4},
      {lengths, 1},   {cosines, 2},    {sines, 2},    {positions, 2},
      {head_sink, 1}, {query_norm, 1}, {key_norm, 1}, {attention_bias, 4}};
  for (const auto& [operand, rank] : ranks) {
    if (c.has(operand) && c.rank(operand) != rank) {
      return invalid("input {} of rank {}, expected {}", operand, c.rank(operand), rank);
    }
  }
  return {};
}

Status check(const NodeContext& c) {
  TENON_TRY(check_ranks(c));
  if (c.has(key) != c.has(value) || c.has(past_key) != c.has(past_value)) {
    return invalid("keys without values, or values without keys");
  }
  if (c.integer("do_rotary", 0) != 0 && (!c.has(cosines) || !c.has(sines))) {
    return invalid("do_rotary without cos_cache and sin_cache");
  }
  if (c.has(key_scale) || c.has(value_scale) || c.integer("kv_cache_bit_width", 0) != 0) {
    return unsupported("a quantized cache");
  }
  if (c.integer("sliding_window_cache", 0) != 0 || c.has(query_lengths)) {
    return unsupported("a cache of the size of the window, or chunks of queries with padding");
  }
  return {};
}

Status infer(InferContext& c) {
  TENON_TRY(check(c));
  TENON_TRY_ASSIGN(const Sizes s, sizes(c));
  TENON_TRY(c.require_equal(c.elements(lengths), s.batch, "lengths and batch"));
  for (const size_t i : {key, value}) {
    if (!c.has(i)) continue;
    TENON_TRY(c.require_equal(c.dim(i, 0), s.batch, "batches"));
    TENON_TRY(c.require_equal(c.dim(i, 1), s.steps, "steps of queries and keys"));
    TENON_TRY(c.require_equal(c.dim(i, 2), s.head * s.kv_heads, "numbers of all key heads"));
  }
  const std::vector<Expr> cache = {s.batch, c.number(s.kv_heads), s.present(), s.head};
  c.output(0, c.dtype(query), {s.batch, s.steps, s.head * s.heads});
  c.output(1, c.dtype(query), cache);
  c.output(2, c.dtype(query), cache);
  c.output(3, c.dtype(query), {s.batch, c.number(s.heads), s.steps, s.present()});
  return {};
}

// [batch]: how many tokens each had before. A first prompt may be padded at its end.
ValueId past_lengths(ExpandContext& c, const Sizes& s) {
  const ValueId steps = c.sizes({s.steps});
  return map(c, "s == t ? 0 : max(n + 1 - s, 0)",
             {{"n", c.input(lengths)}, {"s", steps}, {"t", c.sizes({s.total})}}, DType::i64);
}

// A root mean square norm of each head, where its weights are given, and the turn of the place.
ValueId turned(ExpandContext& c, const Sizes& s, ValueId x, size_t norm, std::string_view epsilon,
               ValueId start) {
  const DType dtype = c.dtype(query);
  if (c.has(norm)) {
    const double least = c.real(epsilon, c.real("qk_norm_epsilon", 1e-6));
    const ValueId y = normalize_by_root_mean_square(c, c.cast(x, wide(dtype)), {3}, least);
    x = scale_and_shift(c, y, c.input(norm), no_id, dtype);
  }
  if (c.integer("do_rotary", 0) == 0 || !c.status().ok()) return x;
  ValueId place = c.input(positions);
  if (place == no_id) {
    place = map(c, "p + s",
                {{"p", reshape(c, start, {s.batch, c.number(1)})}, {"s", count_up(c, s.steps)}},
                DType::i64);
  }
  Attributes attributes = {{"interleaved", c.integer("rotary_interleaved", 0)}};
  const Expr rotated = c.dim(cosines, 1) * 2;
  if (rotated.is_constant()) attributes["rotary_embedding_dim"] = rotated.constant();
  return c.add("RotaryEmbedding", {x, c.input(cosines), c.input(sines), place},
               std::move(attributes));
}

ValueId sink(ExpandContext& c, const Sizes& s) {
  const Expr one = c.number(1);
  if (c.has(head_sink)) return reshape(c, c.input(head_sink), {one, c.number(s.heads), one, one});
  return c.integer("smooth_softmax", 0) != 0 ? c.scalar(0, wide(c.dtype(query))) : no_id;
}

struct Heads {
  ValueId query, key, value;
};

Heads heads_of(ExpandContext& c, const Sizes& s) {
  const Expr heads = c.number(s.heads);
  const Expr kv_heads = c.number(s.kv_heads);
  if (!s.packed) {
    return {split_heads(c, c.input(query), heads), split_heads(c, c.input(key), kv_heads),
            split_heads(c, c.input(value), kv_heads)};
  }
  const ValueId all = split_heads(c, c.input(query), heads + kv_heads * 2);
  return {slice(c, all, 1, c.number(0), heads), slice(c, all, 1, heads, heads + kv_heads),
          slice(c, all, 1, heads + kv_heads, heads + kv_heads * 2)};
}

Status expand(ExpandContext& c) {
  TENON_TRY_ASSIGN(const Sizes s, sizes(c));
  const ValueId start = past_lengths(c, s);
  const Heads now = heads_of(c, s);
  const int64_t window = c.integer("local_window_size", -1);
  Attend a;
  a.query = turned(c, s, now.query, query_norm, "q_norm_epsilon", start);
  const ValueId turned_key = turned(c, s, now.key, key_norm, "k_norm_epsilon", start);
  a.key = append(c, c.input(past_key), turned_key, start, s.present());
  a.value = append(c, c.input(past_value), now.value, start, s.present());
  a.scale = c.real("scale", 0);
  a.softcap = c.real("softcap", 0);
  a.mask = whole_mask(c, c.input(attention_bias), s.present());
  a.offset = by_batch(c, start);
  a.valid = map(c, "n + 1", {{"n", by_batch(c, c.input(lengths))}}, DType::i64);
  a.sink = sink(c, s);
  a.left = window > 0 ? window - 1 : -1;
  a.right = c.integer("causal", 1) != 0 ? 0 : -1;
  const Attended made = attend(c, a);
  c.output(0, join_heads(c, made.output));
  if (c.wants(1)) c.output(1, a.key);
  if (c.wants(2)) c.output(2, a.value);
  const size_t stage = c.integer("qk_output", 0) == 2 ? 3 : 2;
  if (c.wants(3)) c.output(3, c.cast(made.stages[stage], c.dtype(query)));
  return {};
}

}  // namespace

Op microsoft_group_query_attention() {
  const SampleInput total = {.dims = {}, .dtype = DType::i32, .values = {4}};
  const SampleInput cache = {.dims = {2, 1, 5, 4}};
  const SampleInput angles = {.dims = {6, 2}};
  return {
      .name = "GroupQueryAttention",
      .domain = "com.microsoft",
      .doc =
          "Causal attention whose query heads share heads of keys and values, with their cache and "
          "the rotation of places.",
      .inputs = {{"query", "float"},
                 {"key", "float", optional_operand},
                 {"value", "float", optional_operand},
                 {"past_key", "float", optional_operand},
                 {"past_value", "float", optional_operand},
                 {"seqlens_k", "i32"},
                 {"total_sequence_length", "i32"},
                 {"cos_cache", "float", optional_operand},
                 {"sin_cache", "float", optional_operand},
                 {"position_ids", "i64", optional_operand},
                 {"attention_bias", "float", optional_operand},
                 {"head_sink", "float", optional_operand},
                 {"k_scale", "float", optional_operand},
                 {"v_scale", "float", optional_operand},
                 {"q_norm_weight", "float", optional_operand},
                 {"k_norm_weight", "float", optional_operand},
                 {"query_seqlens", "i32", optional_operand}},
      .outputs = {{"output", "float"},
                  {"present_key", "float", optional_operand},
                  {"present_value", "float", optional_operand},
                  {"output_qk", "float", optional_operand}},
      .infer = infer,
      .shape_operands = {total_length},
      .expand = expand,
      .samples = {{.inputs = {{.dims = {2, 1, 8}},
                              {.dims = {2, 1, 4}},
                              {.dims = {2, 1, 4}},
                              cache,
                              cache,
                              {.dims = {2}, .dtype = DType::i32, .values = {3, 2}},
                              total,
                              angles,
                              angles},
                   .attributes = {{"num_heads", 2}, {"kv_num_heads", 1}, {"do_rotary", 1}},
                   .outputs = 3},
                  {.inputs = {{.dims = {2, 4, 16}},
                              {.omitted = true},
                              {.omitted = true},
                              {.omitted = true},
                              {.omitted = true},
                              {.dims = {2}, .dtype = DType::i32, .values = {3, 1}},
                              total},
                   .attributes = {{"num_heads", 2},
                                  {"kv_num_heads", 1},
                                  {"local_window_size", 2},
                                  {"smooth_softmax", 1}},
                   .outputs = 3}},
  };
}

}  // namespace tenon::ops
