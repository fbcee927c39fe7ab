// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

enum Input : size_t { x, cosines, sines };

Status infer(InferContext& c) {
  if (c.rank(x) != 3 || c.rank(cosines) != 2 || c.rank(sines) != 2) {
    return invalid("x, cosines and sines of rank {}, {} and {}, expected 3, 2 and 2", c.rank(x),
                   c.rank(cosines), c.rank(sines));
  }
  for (const size_t table : {cosines, sines}) {
    TENON_TRY(c.require_equal(c.dim(table, 0), c.dim(x, 0), "tokens of x and angles"));
  }
  TENON_TRY(c.require_equal(c.dim(cosines, 1), c.dim(sines, 1), "cosines and sines of a token"));
  TENON_TRY(c.require(c.dim(cosines, 1) * 2 <= c.dim(x, 2), "the pairs fit into a head"));
  c.output(0, c.dtype(x), c.dims(x));
  return {};
}

Expr element(ElementContext& c) {
  const Expr place = c.coordinate(2);
  const Expr pairs = c.dim(cosines, 1);
  const bool interleaved = c.integer("interleaved", 0) != 0;
  const Expr is_first = interleaved ? place % 2 == 0 : place < pairs;
  const Expr step = interleaved ? c.number(1) : pairs;
  const Expr pair =
      interleaved ? floor_div(place, c.number(2)) : select(is_first, place, place - pairs);
  const Expr inside = place < pairs * 2;
  Index other = c.output_index();
  other[2] = place + select(is_first, step, -step);
  const Type type = type_of(c.dtype(x));
  const Expr zero = c.pool().cast(c.real_number(0), type);
  const auto angle = [&](size_t table) {
    const Expr own = c.load(table, {c.coordinate(0), pair}, inside, Expr());
    return c.pool().cast(own, type);
  };
  const Expr own = c.load(x);
  const Expr beside = c.load(x, other, inside, zero);
  const Expr turned = own * angle(cosines) + select(is_first, -beside, beside) * angle(sines);
  return select(inside, turned, own);
}

}  // namespace

Op rotate() {
  const SampleInput heads = {.dims = {3, 2, 6}};
  return {
      .name = "Rotate",
      .domain = "tenon",
      .doc =
          "Rotary embedding of tokens in a row: pairs among the first numbers of each head of x "
          "[tokens, heads, size] turned by the angles of the token, whose cosines and sines are "
          "[tokens, pairs]. Numbers behind the pairs pass through.",
      .inputs = {{"x", "float"}, {"cosines", "float"}, {"sines", "float"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"interleaved", 0}},
      .infer = infer,
      .element = element,
      .samples = {{.inputs = {heads, {.dims = {3, 3}}, {.dims = {3, 3}}}},
                  {.inputs = {heads, {.dims = {3, 2}}, {.dims = {3, 2}}},
                   .attributes = {{"interleaved", 1}}}},
  };
}

}  // namespace tenon::ops
