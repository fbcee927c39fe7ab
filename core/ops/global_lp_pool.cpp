// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/reductions.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op global_lp_pool() {
  return {
      .name = "GlobalLpPool",
      .doc = "The p-norm over all spatial axes.",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .infer = [](InferContext& c) -> Status {
        c.output(0, c.dtype(0), reduced_dims(c, c.dims(0), axes_between(2, c.rank(0)), true));
        return {};
      },
      .expand = [](ExpandContext& c) -> Status {
        const Attributes numbers = {{"p", static_cast<double>(c.integer("p", 2))}};
        const DType dtype = c.dtype(0);
        const int64_t rank = c.rank(0);
        const ValueId powers = map(c, "abs(x) ** p", {{"x", c.input(0)}}, wide(dtype), numbers);
        const ValueId sum = reduce(c, "sum", powers, axes_between(2, rank));
        c.output(0, map(c, "s ** (1 / p)", {{"s", sum}}, dtype, numbers));
        return {};
      },
      .samples = {{.inputs = {{.dims = {2, 3, 5, 5}}}}},
  };
}

}  // namespace tenon::ops
