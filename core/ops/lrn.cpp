// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status infer(InferContext& c) {
  const int64_t size = c.integer("size", 0);
  if (size < 1 || size > 99) return unsupported("attribute size is {}, expected 1 to 99", size);
  if (c.rank(0) < 2) return invalid("data of rank {}, expected at least 2", c.rank(0));
  return same_as_input(c);
}

Expr element(ElementContext& c) {
  const int64_t size = c.integer("size", 1);
  Index index = c.output_index();
  const Expr channel = index[1];
  Expr sum = c.real_number(0, output_type(c));
  for (int64_t i = 0; i < size; ++i) {
    index[1] = channel + (i - (size - 1) / 2);
    const Expr inside = index[1] >= 0 && index[1] < c.dim(0, 1);
    const Expr x = c.load(0, index, inside, Expr());
    sum = sum + x * x;
  }
  return formula(c, "x / (bias + alpha * sum) ** beta",
                 {{"x", c.load(0)},
                  {"sum", sum},
                  {"alpha", c.real_number(c.real("alpha", 1e-4) / static_cast<double>(size))},
                  {"beta", c.real_number(c.real("beta", 0.75))},
                  {"bias", c.real_number(c.real("bias", 1))}});
}

}  // namespace

Op lrn() {
  return {
      .name = "LRN",
      .doc = "x / (bias + alpha / size * sum of squares over size channels around it) ^ beta.",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"alpha", 1e-4}, {"beta", 0.75}, {"bias", 1.0}},
      .infer = infer,
      .element = element,
      .samples = {{.inputs = {{.dims = {2, 7, 3, 3}}},
                   .attributes = {{"size", 5}, {"alpha", 0.1}}}},
  };
}

}  // namespace tenon::ops
