// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op microsoft_bias_split_gelu() {
  return {
      .name = "BiasSplitGelu",
      .domain = "com.microsoft",
      .doc = "The left half of x + bias times the Gelu of its right half.",
      .inputs = {{"x", "float"}, {"bias", "float"}},
      .outputs = {{"y", "float"}},
      .infer = [](InferContext& c) -> Status {
        if (c.rank(0) < 1) return invalid("a scalar input, expected rank 1 or more");
        TENON_TRY(c.require_equal(c.dim(1, -1), c.dim(0, -1), "numbers of a row and the bias"));
        std::vector<Expr> dims = c.dims(0);
        dims.back() = dims.back() / 2;
        c.output(0, c.dtype(0), dims);
        return {};
      },
      .expand = [](ExpandContext& c) -> Status {
        const int64_t last = c.rank(0) - 1;
        const Expr width = c.dim(0, last);
        const ValueId sum = c.add("Add", {c.input(0), c.input(1)});
        const ValueId left = slice(c, sum, last, c.number(0), width / 2);
        const ValueId right = slice(c, sum, last, width / 2, width);
        c.output(0, map(c, "a * 0.5 * b * (1 + erf(b * sqrt(0.5)))", {{"a", left}, {"b", right}},
                        c.dtype(0)));
        return {};
      },
      .samples = {{.inputs = {{.dims = {2, 3, 8}}, {.dims = {8}}}}},
  };
}

}  // namespace tenon::ops
