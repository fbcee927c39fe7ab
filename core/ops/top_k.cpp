// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op top_k() {
  return {
      .name = "TopK",
      .doc = "The k greatest or least elements along an axis and their indices.",
      .inputs = {{"x", "numeric"}, {"k", "i64"}},
      .outputs = {{"values", "numeric"}, {"indices", "i64"}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY_ASSIGN(const int64_t axis, c.axis("axis", -1, c.rank(0)));
        TENON_TRY_ASSIGN(const std::vector<Expr> k, c.values(1));
        if (k.size() != 1) return invalid("k has {} elements, expected 1", k.size());
        TENON_TRY(c.require(k[0] >= 0, "k is not negative"));
        TENON_TRY(c.require(k[0] <= c.dim(0, axis), "k does not exceed the axis"));
        c.set("axis", axis);
        c.set("largest", c.integer("largest", 1));
        c.set("sorted", c.integer("sorted", 1));
        std::vector<Expr> dims = c.dims(0);
        dims[static_cast<size_t>(axis)] = k[0];
        c.output(0, c.dtype(0), dims);
        c.output(1, DType::i64, dims);
        return {};
      },
      .shape_operands = {1},
      .primitive = true,
      .samples = {{.inputs = {{.dims = {3, 7}}, {.dims = {1}, .dtype = DType::i64, .values = {3}}},
                   .outputs = 2}},
  };
}

}  // namespace tenon::ops
