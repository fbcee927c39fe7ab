// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/rotary.h"

#include "core/ops/framework/formula.h"

namespace tenon::ops {
namespace {

// Numbers of one head.
Expr head_size(const NodeContext& c, const RotaryOperands& operands) {
  if (c.rank(0) == 4) return c.dim(0, 3);
  const int64_t heads = c.integer("num_heads", 0);
  return heads > 0 ? c.dim(0, 2) / heads : c.dim(operands.cosines, -1) * 2;
}

// Row of the caches for the token of the output element.
Expr cached(ElementContext& c, const RotaryOperands& operands, size_t cache, Expr batch, Expr token,
            Expr pair) {
  if (!c.has(operands.positions)) return c.load(cache, {batch, token, pair});
  const bool is_offset = c.rank(operands.positions) <= 1;
  const Expr position = is_offset ? c.load_linear(operands.positions, c.number(0)) + token
                                  : c.load(operands.positions, {batch, token});
  return c.load(cache, {position, pair});
}

}  // namespace

Status infer_rotary(InferContext& c, const RotaryOperands& operands) {
  if (c.rank(0) != 3 && c.rank(0) != 4) {
    return invalid("input of rank {}, expected 3 or 4", c.rank(0));
  }
  const int64_t expected = c.has(operands.positions) ? 2 : 3;
  if (c.rank(operands.cosines) != expected || c.rank(operands.sines) != expected) {
    return invalid("caches of rank {} and {}, expected {}", c.rank(operands.cosines),
                   c.rank(operands.sines), expected);
  }
  const int64_t rotated = c.integer("rotary_embedding_dim", 0);
  if (rotated < 0 || rotated % 2 != 0) {
    return invalid("rotary_embedding_dim is {}, expected an even number", rotated);
  }
  c.output(0, c.dtype(0), c.dims(0));
  return {};
}

Expr rotate(ElementContext& c, const RotaryOperands& operands) {
  const bool has_heads = c.rank(0) == 4;
  const Expr token = c.coordinate(has_heads ? 2 : 1);
  const Expr last = c.coordinate(-1);
  const Expr size = head_size(c, operands);
  const Expr place = has_heads ? last : last % size;
  const int64_t rotary = c.integer("rotary_embedding_dim", 0);
  const Expr rotated = rotary > 0 ? c.number(rotary) : size;
  const Expr half = rotated / 2;
  const bool interleaved = c.integer("interleaved", 0) != 0;
  // The two numbers of a pair; the first turns one way, the second the other.
  const Expr is_first = interleaved ? place % 2 == 0 : place < half;
  const Expr step = interleaved ? c.number(1) : half;
  Expr pair = interleaved ? place / 2 : select(is_first, place, place - half);
  pair = minimum(pair, half - 1);
  Index other = c.output_index();
  other.back() = last + select(is_first, step, -step);
  const Expr x = c.load(0);
  const Expr inside = place < rotated;
  const Expr y = c.load(0, other, inside, Expr());
  const Expr cosine = cached(c, operands, operands.cosines, c.coordinate(0), token, pair);
  const Expr sine = cached(c, operands, operands.sines, c.coordinate(0), token, pair);
  return select(inside, x * cosine + select(is_first, -y, y) * sine, x);
}

}  // namespace tenon::ops
