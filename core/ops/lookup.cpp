// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  if (c.rank(1) != 1) return invalid("keys of rank {}, expected 1", c.rank(1));
  if (!c.dim(1, 0).is_constant()) return unsupported("the number of keys is not constant");
  if (c.dtype(0) != c.dtype(1)) {
    return invalid("keys of type {} for elements of type {}", name_of(c.dtype(1)),
                   name_of(c.dtype(0)));
  }
  c.output(0, DType::i64, c.dims(0));
  return {};
}

// Halving: after the step of 2^k, the greatest key that is not above x lies within 2^k places.
Expr element(ElementContext& c) {
  const int64_t count = c.dim(1, 0).constant();
  const Expr x = c.load(0);
  const Expr missing = c.number(count);
  if (count == 0) return missing;
  const auto key = [&](Expr place) { return c.load(1, {place}, place < count, Expr()); };
  int64_t step = 1;
  while (step <= count / 2) step *= 2;
  Expr place = c.number(0);
  for (; step > 0; step /= 2) {
    const Expr next = place + step;
    place = select(next < count && key(next) <= x, next, place);
  }
  const Expr found = select(key(place) == x, place, missing);
  if (!is_float(c.dtype(0))) return found;
  return select(c.pool().unary(TENON_EXPR_ISNAN, x), c.number(c.integer("nan", count)), found);
}

}  // namespace

Op lookup() {
  return {
      .name = "Lookup",
      .domain = "tenon",
      .doc =
          "Where each element stands among rising keys, or the number of keys where it does not; "
          "attribute nan says where NaN is.",
      .inputs = {{"x", "numeric|string"}, {"keys", "numeric|string"}},
      .outputs = {{"place", "i64"}},
      .infer = infer,
      .element = element,
      .samples = {{.inputs = {{.dims = {3, 4}, .dtype = DType::i64},
                              {.dims = {3}, .dtype = DType::i64, .values = {-2, 0, 1}}}},
                  {.inputs = {{.dims = {6}, .dtype = DType::i32, .low = 0, .high = 12},
                              {.dims = {5}, .dtype = DType::i32, .values = {1, 3, 4, 7, 9}}}}},
  };
}

}  // namespace tenon::ops
