// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/heads.h"

#include "core/ops/framework/attend.h"
#include "core/ops/framework/compose.h"
#include "core/ops/framework/masks.h"

namespace tenon::ops {
namespace {

// Numbers of all heads of the query and of the value, and how many keys the node brings.
struct Sizes {
  Expr batch, steps, keys, past, query, value;
  int64_t heads = 1;
  bool packed = false;  // query, key and value in one tensor
  bool shared = false;  // the past is a buffer with room for more
  Expr total() const { return shared ? past : past + keys; }
};

Status add_packed(const NodeContext& c, const HeadsOperands& in, Sizes& s) {
  s.packed = true;
  s.query = c.rank(in.query) == 5 ? c.dim(in.query, 4) * s.heads : c.dim(in.query, 2) / 3;
  s.value = s.query;
  s.keys = s.steps;
  return {};
}

Result<Sizes> sizes(const NodeContext& c, const HeadsOperands& in) {
  Sizes s;
  TENON_TRY_ASSIGN(s.heads, head_count(c, "num_heads"));
  const int64_t rank = c.rank(in.query);
  if (rank != 3 && rank != 5) return invalid("query of rank {}, expected 3 or 5", rank);
  s.batch = c.dim(in.query, 0);
  s.steps = c.dim(in.query, 1);
  s.past = c.has(in.past_key) ? c.dim(in.past_key, 2) : c.number(0);
  s.shared = c.has(in.past_key) && c.has(in.past_length);
  if (rank == 5 || !c.has(in.key)) {
    TENON_TRY(add_packed(c, in, s));
    return s;
  }
  s.query = c.dim(in.query, 2);
  s.value = s.query;
  s.keys = c.dim(in.key, c.rank(in.key) == 4 ? 2 : 1);
  if (!c.has(in.value)) {
    if (c.rank(in.key) != 5) return invalid("no value, and a key that does not hold it");
    return s;
  }
  s.value = c.rank(in.value) == 4 ? c.dim(in.value, 3) * s.heads : c.dim(in.value, 2);
  return s;
}

Status check_ranks(const NodeContext& c, const HeadsOperands& in) {
  const int64_t key = c.rank(in.key);
  const int64_t value = c.rank(in.value);
  if (c.has(in.key) && (key < 3 || key > 5)) return invalid("key of rank {}, expected 3 to 5", key);
  if (c.has(in.value) && value != 3 && value != 4) {
    return invalid("value of rank {}, expected 3 or 4", value);
  }
  if (c.has(in.bias) && c.rank(in.bias) != 1) {
    return invalid("bias of rank {}, expected 1", c.rank(in.bias));
  }
  if (c.has(in.attention_bias) &&
      (c.rank(in.attention_bias) < 1 || c.rank(in.attention_bias) > 4)) {
    return invalid("attention_bias of rank {}, expected 1 to 4", c.rank(in.attention_bias));
  }
  return {};
}

// Part `place` of a packed tensor, [batch, length, heads, count, size] or [batch, length, count *
// width], as [batch, length, width].
ValueId unpack(ExpandContext& c, ValueId packed, int64_t place, Expr width) {
  if (!c.status().ok()) return packed;
  const std::vector<Expr> dims = c.dims_of(packed);
  if (dims.size() == 3) return slice(c, packed, 2, width * place, width * (place + 1));
  return reshape(c, pick(c, packed, 3, place), {dims[0], dims[1], width});
}

// With its part of the bias, and heads apart.
ValueId prepare(ExpandContext& c, const HeadsOperands& in, const Sizes& s, ValueId x, Expr width,
                Expr first) {
  if (!c.status().ok() || c.dims_of(x).size() == 4) return x;
  if (c.has(in.bias)) x = c.add("Add", {x, slice(c, c.input(in.bias), 0, first, first + width)});
  return split_heads(c, x, c.number(s.heads));
}

// Joins the past to key and value of `a`; `present` is what the node gives out of each.
struct Present {
  ValueId key = no_id;
  ValueId value = no_id;
};

Present with_past(ExpandContext& c, const HeadsOperands& in, const Sizes& s, Attend& a) {
  if (!c.has(in.past_key)) return {a.key, a.value};
  if (!s.shared) {
    a.key = c.add("Concat", {c.input(in.past_key), a.key}, {{"axis", 2}});
    a.value = c.add("Concat", {c.input(in.past_value), a.value}, {{"axis", 2}});
    if (a.right == 0) a.offset = c.sizes({s.past});
    return {a.key, a.value};
  }
  const ValueId start = reshape(c, c.cast(c.input(in.past_length), DType::i64), {c.number(1)});
  const Present present = {append(c, c.input(in.past_key), a.key, start, s.past),
                           append(c, c.input(in.past_value), a.value, start, s.past)};
  a.valid = map(c, "p + k", {{"p", start}, {"k", c.sizes({s.keys})}}, DType::i64);
  a.offset = start;
  const ValueId beams = c.input(in.beams);
  const auto seen = [&](size_t past, ValueId now, ValueId written) {
    return beams == no_id ? written : append(c, c.input(past), now, start, s.past, beams);
  };
  a.key = seen(in.past_key, a.key, present.key);
  a.value = seen(in.past_value, a.value, present.value);
  return present;
}

}  // namespace

Status infer_heads(InferContext& c, const HeadsOperands& in) {
  TENON_TRY_ASSIGN(const Sizes s, sizes(c, in));
  TENON_TRY(check_ranks(c, in));
  if (c.has(in.past_key) != c.has(in.past_value) ||
      (c.has(in.past_key) && (c.rank(in.past_key) != 4 || c.rank(in.past_value) != 4))) {
    return invalid("past keys of rank {} and values of rank {}, expected 4 of both",
                   c.rank(in.past_key), c.rank(in.past_value));
  }
  if (c.has(in.beams) && c.has(in.past_key) && !s.shared) {
    return unsupported("beams without a shared buffer of past keys");
  }
  if (c.has(in.past_length)) {
    TENON_TRY(c.require_equal(c.elements(in.past_length), c.number(1), "elements of past_length"));
  }
  const DType dtype = c.dtype(in.query);
  const Expr heads = c.number(s.heads);
  c.output(0, dtype, {s.batch, s.steps, s.value});
  c.output(1, dtype, {s.batch, heads, s.total(), s.query / s.heads});
  c.output(2, dtype, {s.batch, heads, s.total(), s.value / s.heads});
  c.output(3, dtype, {s.batch, heads, s.steps, s.total()});
  return {};
}

Status expand_heads(ExpandContext& c, const HeadsOperands& in) {
  TENON_TRY_ASSIGN(const Sizes s, sizes(c, in));
  ValueId q = c.input(in.query);
  ValueId k = c.input(in.key);
  ValueId v = c.input(in.value);
  if (s.packed) {
    k = unpack(c, q, 1, s.query);
    v = unpack(c, q, 2, s.query);
    q = unpack(c, q, 0, s.query);
  } else if (v == no_id) {
    v = unpack(c, k, 1, s.query);
    k = unpack(c, k, 0, s.query);
  }
  Attend a;
  a.scale = c.real("scale", 0);
  a.right = c.integer("unidirectional", 0) != 0 ? 0 : -1;
  a.query = prepare(c, in, s, q, s.query, c.number(0));
  a.key = prepare(c, in, s, k, s.query, s.query);
  a.value = prepare(c, in, s, v, s.value, s.query * 2);
  const Present present = with_past(c, in, s, a);
  TENON_TRY_ASSIGN(a.mask, additive_mask(c, in.mask, in.attention_bias, s.batch, s.total()));
  a.mask = whole_mask(c, a.mask, s.total());
  const Attended made = attend(c, a);
  c.output(0, join_heads(c, made.output));
  if (c.wants(1)) c.output(1, present.key);
  if (c.wants(2)) c.output(2, present.value);
  if (c.wants(3)) c.output(3, c.cast(made.stages[2], c.dtype(in.query)));
  return {};
}

}  // namespace tenon::ops
