// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/random.h"

namespace tenon::ops {

Op bernoulli() {
  return {
      .name = "Bernoulli",
      .doc = "1 with the probability in each element, else 0.",
      .inputs = {{"input", "float"}},
      .outputs = {{"output"}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY_ASSIGN(const DType dtype, wanted_type(c, "dtype", c.dtype(0)));
        c.output(0, dtype, c.dims(0));
        return {};
      },
      .expand = [](ExpandContext& c) -> Status {
        const DType dtype = c.graph().value(c.node().outputs[0]).dtype;
        const ValueId chance = random_uniform(c, c.dims(0));
        c.output(0, map(c, "u < p ? 1 : 0", {{"u", chance}, {"p", c.input(0)}}, dtype));
        return {};
      },
      .samples = {{.inputs = {{.dims = {4, 9}, .low = 0, .high = 1}},
                   .attributes = {{"seed", 7.0}}}},
  };
}

}  // namespace tenon::ops
