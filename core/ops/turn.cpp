// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

enum Input : size_t { x, cosines, sines };

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

Op turn() {
  const SampleInput heads = {.dims = {3, 2, 6}};
  return {
      .name = "Turn",
      .domain = "tenon",
      .doc = "What Rotate does, number by number.",
      .inputs = {{"x", "float"}, {"cosines", "float"}, {"sines", "float"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"interleaved", 0}},
      .infer = same_as_input,
      .element = element,
      .samples = {{.inputs = {heads, {.dims = {3, 3}}, {.dims = {3, 3}}}}},
  };
}

}  // namespace tenon::ops
