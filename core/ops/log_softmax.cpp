// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op log_softmax() {
  return {
      .name = "LogSoftmax",
      .doc = "The logarithm of Softmax along an axis.",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"axis", -1}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY(c.axis("axis", -1, c.rank(0)).status());
        return same_as_input(c);
      },
      .expand = [](ExpandContext& c) -> Status {
        TENON_TRY_ASSIGN(const int64_t axis, c.axis("axis", -1, c.rank(0)));
        const DType dtype = c.dtype(0);
        const ValueId x = c.input(0);
        const ValueId peak = reduce(c, "max", x, {axis});
        const ValueId e = map(c, "exp(x - m)", {{"x", x}, {"m", peak}}, wide(dtype));
        const ValueId sum = reduce(c, "sum", e, {axis});
        c.output(0, map(c, "x - m - log(s)", {{"x", x}, {"m", peak}, {"s", sum}}, dtype));
        return {};
      },
      .samples = {{.inputs = {{.dims = {3, 5}}}},
                  {.inputs = {{.dims = {2, 3, 4}, .low = 990, .high = 1000}},
                   .attributes = {{"axis", 1}}}},
  };
}

}  // namespace tenon::ops
