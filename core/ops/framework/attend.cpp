// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/attend.h"

#include "core/ops/framework/compose.h"
#include "core/ops/framework/sizes.h"

#include <cmath>
#include <limits>

namespace tenon::ops {
namespace {

// x [batch, heads, m, k] times y [batch, key heads, k, n].
ValueId grouped_product(ExpandContext& c, ValueId x, ValueId y) {
  const std::vector<Expr> a = c.dims_of(x);
  const std::vector<Expr> b = c.dims_of(y);
  if (!c.status().ok() || a[1].same(b[1])) return c.add("MatMul", {x, y});
  const ValueId group = reshape(c, x, {a[0], b[1], a[1] / b[1], a[2], a[3]});
  const ValueId shared = reshape(c, y, {b[0], b[1], c.number(1), b[2], b[3]});
  return reshape(c, c.add("MatMul", {group, shared}), {a[0], a[1], a[2], b[3]});
}

// Keys in a window around each query.
ValueId in_window(ExpandContext& c, const Attend& a, ValueId x, DType work) {
  const ValueId offset = a.offset == no_id ? c.scalar(0, DType::i64) : a.offset;
  if (a.left >= 0) {
    x = map(c, "coord(3) >= coord(2) + o - left ? x : -inf", {{"x", x}, {"o", offset}}, work,
            {{"left", a.left}});
  }
  if (a.right >= 0) {
    x = map(c, "coord(3) <= coord(2) + o + right ? x : -inf", {{"x", x}, {"o", offset}}, work,
            {{"right", a.right}});
  }
  return x;
}

}  // namespace

Result<int64_t> head_count(const AttributeContext& c, std::string_view attribute) {
  constexpr int64_t most = int64_t{1} << 20;
  const int64_t heads = c.integer(attribute, 0);
  if (heads < 1 || heads > most) {
    return invalid("attribute {} is {}, expected 1 to {}", attribute, heads, most);
  }
  return heads;
}

ValueId attention_scores(ExpandContext& c, const Attend& a) {
  const DType work = wide(c.dtype_of(a.query));
  ValueId q = a.query;
  ValueId k = a.key;
  if (a.scale != 0) {
    const Attributes numbers = {{"root", std::sqrt(std::abs(a.scale))},
                                {"scale", std::copysign(std::sqrt(std::abs(a.scale)), a.scale)}};
    q = map(c, "x * root", {{"x", q}}, work, numbers);
    k = map(c, "x * scale", {{"x", k}}, work, numbers);
  } else {
    const ValueId size = c.sizes({c.dims_of(a.query).back()});
    q = map(c, "x / sqrt(sqrt(f32(size)))", {{"x", q}, {"size", size}}, work);
    k = map(c, "x / sqrt(sqrt(f32(size)))", {{"x", k}, {"size", size}}, work);
  }
  return grouped_product(c, q, transpose(c, k, {0, 1, 3, 2}));
}

ValueId masked_scores(ExpandContext& c, const Attend& a, ValueId scores) {
  const DType work = c.dtype_of(scores);
  ValueId x = scores;
  if (a.mask != no_id) {
    const bool is_bool = c.dtype_of(a.mask) == DType::boolean;
    x = map(c, is_bool ? "m ? x : -inf" : "x + m", {{"x", x}, {"m", a.mask}}, work);
  }
  x = in_window(c, a, x, work);
  if (a.valid != no_id) {
    x = map(c, "coord(3) < n ? x : -inf", {{"x", x}, {"n", a.valid}}, work);
  }
  return x;
}

ValueId attention_probabilities(ExpandContext& c, ValueId scores, ValueId sink) {
  const DType work = c.dtype_of(scores);
  ValueId peak = reduce(c, "max", scores, {3});
  if (sink != no_id) peak = map(c, "max(m, s)", {{"m", peak}, {"s", sink}}, work);
  const ValueId e = map(c, "m == -inf ? 0.0 : exp(x - m)", {{"x", scores}, {"m", peak}}, work);
  ValueId total = reduce(c, "sum", e, {3});
  if (sink != no_id) {
    total = map(c, "t + exp(s - m)", {{"t", total}, {"s", sink}, {"m", peak}}, work);
  }
  return map(c, "s == 0 ? 0.0 : e / s", {{"e", e}, {"s", total}}, work);
}

ValueId weighted_values(ExpandContext& c, ValueId probabilities, ValueId value) {
  const DType dtype = c.dtype_of(value);
  return c.cast(grouped_product(c, probabilities, c.cast(value, c.dtype_of(probabilities))), dtype);
}

Attended attend(ExpandContext& c, const Attend& a) {
  Attended made;
  made.stages[0] = attention_scores(c, a);
  made.stages[1] = a.softcap <= 0 ? made.stages[0]
                                  : map(c, "cap * tanh(x / cap)", {{"x", made.stages[0]}},
                                        c.dtype_of(made.stages[0]), {{"cap", a.softcap}});
  made.stages[2] = masked_scores(c, a, made.stages[1]);
  made.stages[3] = attention_probabilities(c, made.stages[2], a.sink);
  made.output = c.cast(weighted_values(c, made.stages[3], a.value), c.dtype_of(a.query));
  return made;
}

ValueId split_heads(ExpandContext& c, ValueId x, Expr heads) {
  if (!c.status().ok() || c.dims_of(x).size() == 4) return x;
  const std::vector<Expr> dims = c.dims_of(x);
  return transpose(c, reshape(c, x, {dims[0], dims[1], heads, dims[2] / heads}), {0, 2, 1, 3});
}

ValueId join_heads(ExpandContext& c, ValueId x) {
  if (!c.status().ok()) return x;
  const std::vector<Expr> dims = c.dims_of(x);
  return reshape(c, transpose(c, x, {0, 2, 1, 3}), {dims[0], dims[2], dims[1] * dims[3]});
}

ValueId whole_mask(ExpandContext& c, ValueId mask, Expr keys) {
  if (mask == no_id || !c.status().ok() || c.dims_of(mask).empty()) return mask;
  const Expr length = c.dims_of(mask).back();
  if (length.same(keys) || (length.is_constant() && length.constant() == 1)) return mask;
  const bool is_bool = c.dtype_of(mask) == DType::boolean;
  const ValueId fill =
      c.scalar(is_bool ? 0 : -std::numeric_limits<double>::infinity(), c.dtype_of(mask));
  const auto last = static_cast<int64_t>(c.dims_of(mask).size()) - 1;
  return c.add("Pad", {mask, c.sizes({c.number(0), keys - length}), fill, c.integers({last})});
}

ValueId append(ExpandContext& c, ValueId past, ValueId now, ValueId start, Expr length,
               ValueId beams) {
  if (!c.status().ok()) return now;
  return c.add("CacheAppend", {now, start, past, beams}, {{"length", as_attribute({length})}});
}

ValueId by_batch(ExpandContext& c, ValueId vector) {
  if (!c.status().ok()) return vector;
  const Expr one = c.number(1);
  const Expr count = c.dims_of(vector).empty() ? one : c.dims_of(vector).front();
  return reshape(c, c.cast(vector, DType::i64), {count, one, one, one});
}

}  // namespace tenon::ops
