// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  if (c.inputs() == 0) return invalid("no inputs, expected at least one");
  TENON_TRY_ASSIGN(const int64_t axis, c.axis("axis", 0, c.rank(0)));
  c.set("axis", axis);
  std::vector<Expr> dims = c.dims(0);
  for (size_t i = 1; i < c.inputs(); ++i) {
    if (c.rank(i) != c.rank(0) || c.dtype(i) != c.dtype(0)) {
      return invalid("input {} is {} of rank {}, input 0 is {} of rank {}", i, name_of(c.dtype(i)),
                     c.rank(i), name_of(c.dtype(0)), c.rank(0));
    }
    for (int64_t a = 0; a < c.rank(0); ++a) {
      Expr& dim = dims[static_cast<size_t>(a)];
      if (a == axis) {
        dim = dim + c.dim(i, a);
      } else {
        TENON_TRY(c.require_equal(dim, c.dim(i, a), "sizes beside the concatenated axis"));
      }
    }
  }
  c.output(0, c.dtype(0), dims);
  return {};
}

Expr element(ElementContext& c) {
  const int64_t axis = c.integer("axis", 0);
  const Expr position = c.coordinate(axis);
  Index index = c.output_index();
  if (c.inputs() == 1) return c.load(0, index);
  Expr begin = c.number(0);
  Expr element;
  for (size_t i = 0; i < c.inputs(); ++i) {
    const Expr end = begin + c.dim(i, axis);
    Expr inside = position < end;
    if (i > 0) inside = i + 1 == c.inputs() ? position >= begin : position >= begin && inside;
    index[static_cast<size_t>(axis)] = position - begin;
    element = c.load(i, index, inside, element);
    begin = end;
  }
  return element;
}

}  // namespace

Op concat() {
  return {
      .name = "Concat",
      .doc = "The inputs one after the other along an axis.",
      .inputs = {{"inputs", "any", variadic_operand}},
      .outputs = {{"result"}},
      .infer = infer,
      .element = element,
      .samples = {{.inputs = {{.dims = {2, 3, 2}}, {.dims = {2, 1, 2}}, {.dims = {2, 4, 2}}},
                   .attributes = {{"axis", 1}}},
                  {.inputs = {{.dims = {3}, .dtype = DType::i64},
                              {.dims = {2}, .dtype = DType::i64}},
                   .attributes = {{"axis", -1}}}},
  };
}

}  // namespace tenon::ops
