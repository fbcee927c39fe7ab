// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op lp_normalization() {
  return {
      .name = "LpNormalization",
      .doc = "x by its 1-norm or 2-norm along an axis; 0 where the norm is 0.",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"axis", -1}, {"p", 2}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY(c.axis("axis", -1, c.rank(0)).status());
        const int64_t p = c.integer("p", 2);
        if (p != 1 && p != 2) return invalid("attribute p is {}, expected 1 or 2", p);
        return same_as_input(c);
      },
      .expand = [](ExpandContext& c) -> Status {
        TENON_TRY_ASSIGN(const int64_t axis, c.axis("axis", -1, c.rank(0)));
        const DType dtype = c.dtype(0);
        const bool root = c.integer("p", 2) == 2;
        const ValueId x = c.input(0);
        const ValueId power = map(c, root ? "x * x" : "abs(x)", {{"x", x}}, wide(dtype));
        const ValueId sum = reduce(c, "sum", power, {axis});
        c.output(0, map(c, root ? "s == 0 ? 0 * x : x / sqrt(s)" : "s == 0 ? 0 * x : x / s",
                        {{"x", x}, {"s", sum}}, dtype));
        return {};
      },
      .samples = {{.inputs = {{.dims = {2, 3, 4}}}},
                  {.inputs = {{.dims = {2, 3, 4}}}, .attributes = {{"axis", 1}, {"p", 1}}}},
  };
}

}  // namespace tenon::ops
