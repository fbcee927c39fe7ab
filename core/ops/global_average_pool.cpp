// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/reductions.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op global_average_pool() {
  return {
      .name = "GlobalAveragePool",
      .doc = "The mean over all spatial axes.",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .infer = [](InferContext& c) -> Status {
        c.output(0, c.dtype(0), reduced_dims(c, c.dims(0), axes_between(2, c.rank(0)), true));
        return {};
      },
      .expand = [](ExpandContext& c) -> Status {
        c.output(0, reduce(c, "mean", c.input(0), axes_between(2, c.rank(0))));
        return {};
      },
      .samples = {{.inputs = {{.dims = {2, 3, 5, 5}}}}},
  };
}

}  // namespace tenon::ops
