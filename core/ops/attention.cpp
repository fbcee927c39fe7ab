// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

#include <cmath>
#include <string>

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
  const int64_t heads = c.integer("q_num_heads", 0);
  const int64_t kv_heads = c.integer("kv_num_heads", 0);
  if (heads < 1 || kv_heads < 1) return invalid("packed heads without their number");
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

// [batch, length, heads * size] as [batch, heads, length, size].
ValueId split_heads(ExpandContext& c, ValueId x, Expr heads, Expr size) {
  if (!c.status().ok() || c.dims_of(x).size() == 4) return x;
  const Expr batch = c.dims_of(x)[0];
  const Expr length = c.dims_of(x)[1];
  return transpose(c, reshape(c, x, {batch, length, heads, size}), {0, 2, 1, 3});
}

// The keys or values of all steps so far.
ValueId with_past(ExpandContext& c, ValueId now, size_t past) {
  if (!c.has(past)) return now;
  return c.add("Concat", {c.input(past), now}, {{"axis", 2}});
}

// x [batch, heads, m, k] times y [batch, kv_heads, k, n]: groups of heads share one of y.
ValueId grouped_product(ExpandContext& c, const Sizes& s, ValueId x, ValueId y) {
  if (!c.status().ok() || s.heads.same(s.kv_heads)) return c.add("MatMul", {x, y});
  const std::vector<Expr> a = c.dims_of(x);
  const std::vector<Expr> b = c.dims_of(y);
  const ValueId group = reshape(c, x, {s.batch, s.kv_heads, s.heads / s.kv_heads, a[2], a[3]});
  const ValueId shared = reshape(c, y, {s.batch, s.kv_heads, c.number(1), b[2], b[3]});
  return reshape(c, c.add("MatMul", {group, shared}), {s.batch, s.heads, a[2], b[3]});
}

ValueId scores(ExpandContext& c, const Sizes& s, ValueId q, ValueId k, DType work) {
  double scale = c.real("scale", 0);
  const Attributes numbers = {{"root", std::sqrt(scale)}};
  if (scale != 0) {
    q = map(c, "x * root", {{"x", q}}, work, numbers);
    k = map(c, "x * root", {{"x", k}}, work, numbers);
  } else {
    const ValueId size = c.sizes({s.head});
    q = map(c, "x / sqrt(sqrt(f32(size)))", {{"x", q}, {"size", size}}, work);
    k = map(c, "x / sqrt(sqrt(f32(size)))", {{"x", k}, {"size", size}}, work);
  }
  return grouped_product(c, s, q, transpose(c, k, {0, 1, 3, 2}));
}

// How many keys precede the block of queries: [1] or [batch, 1, 1, 1].
ValueId offset(ExpandContext& c, const Sizes& s) {
  if (!c.has(valid_keys)) return c.sizes({s.past});
  const ValueId queries = c.sizes({s.queries});
  const ValueId first = map(c, "n - q", {{"n", c.input(valid_keys)}, {"q", queries}}, DType::i64);
  return reshape(c, first, {s.batch, c.number(1), c.number(1), c.number(1)});
}

// A mask that ends before the last key hides the keys after its end.
ValueId whole_mask(ExpandContext& c, const Sizes& s) {
  const Expr length = c.dim(mask, -1);
  if (length.same(s.total()) || (length.is_constant() && length.constant() == 1)) {
    return c.input(mask);
  }
  const bool is_bool = c.dtype(mask) == DType::boolean;
  const ValueId fill = c.scalar(is_bool ? 0 : -INFINITY, c.dtype(mask));
  return c.add("Pad", {c.input(mask), c.sizes({c.number(0), s.total() - length}), fill,
                       c.integers({c.rank(mask) - 1})});
}

ValueId hide(ExpandContext& c, const Sizes& s, ValueId x, DType work) {
  if (c.has(mask)) {
    const bool is_bool = c.dtype(mask) == DType::boolean;
    x = map(c, is_bool ? "m ? x : -inf" : "x + m", {{"x", x}, {"m", whole_mask(c, s)}}, work);
  }
  const int64_t left = c.integer("left_window_size", -1);
  int64_t right = c.integer("right_window_size", -1);
  if (c.integer("is_causal", 0) != 0) right = 0;
  if (left >= 0) {
    x = map(c, "coord(3) >= coord(2) + o - left ? x : -inf", {{"x", x}, {"o", offset(c, s)}}, work,
            {{"left", left}});
  }
  if (right >= 0) {
    x = map(c, "coord(3) <= coord(2) + o + right ? x : -inf", {{"x", x}, {"o", offset(c, s)}}, work,
            {{"right", right}});
  }
  if (c.has(valid_keys)) {
    const ValueId valid =
        reshape(c, c.input(valid_keys), {s.batch, c.number(1), c.number(1), c.number(1)});
    x = map(c, "coord(3) < n ? x : -inf", {{"x", x}, {"n", valid}}, work);
  }
  return x;
}

// Softmax over the keys; queries that see none get zeros.
ValueId probabilities(ExpandContext& c, ValueId x, DType work) {
  const ValueId peak = reduce(c, "max", x, {3});
  const ValueId e = map(c, "m == -inf ? 0.0 : exp(x - m)", {{"x", x}, {"m", peak}}, work);
  return map(c, "s == 0 ? 0.0 : e / s", {{"e", e}, {"s", reduce(c, "sum", e, {3})}}, work);
}

Status expand(ExpandContext& c) {
  TENON_TRY_ASSIGN(const Sizes s, sizes(c));
  const DType dtype = c.dtype(query);
  const DType work = wide(dtype);
  const bool packed = c.rank(query) == 3;
  const ValueId q = split_heads(c, c.input(query), s.heads, s.head);
  const ValueId k = with_past(c, split_heads(c, c.input(key), s.kv_heads, s.head), past_key);
  const ValueId v =
      with_past(c, split_heads(c, c.input(value), s.kv_heads, s.value_head), past_value);
  std::vector<ValueId> stages = {scores(c, s, q, k, work)};
  const double cap = c.real("softcap", 0);
  stages.push_back(cap > 0 ? map(c, "cap * tanh(x / cap)", {{"x", stages[0]}}, work, {{"cap", cap}})
                           : stages[0]);
  stages.push_back(hide(c, s, stages[1], work));
  stages.push_back(probabilities(c, stages[2], work));
  const ValueId mixed = c.cast(grouped_product(c, s, stages[3], c.cast(v, work)), dtype);
  if (packed) {
    c.output(0, reshape(c, transpose(c, mixed, {0, 2, 1, 3}),
                        {s.batch, s.queries, s.heads * s.value_head}));
  } else {
    c.output(0, mixed);
  }
  if (c.wants(1)) c.output(1, k);
  if (c.wants(2)) c.output(2, v);
  const int64_t stage = c.integer("qk_matmul_output_mode", 0);
  if (stage < 0 || stage > 3) return invalid("qk_matmul_output_mode is {}, expected 0 to 3", stage);
  if (c.wants(3)) c.output(3, c.cast(stages[static_cast<size_t>(stage)], dtype));
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
