// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/normalize.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op instance_normalization() {
  return {
      .name = "InstanceNormalization",
      .doc = "Each channel of each example normalised over its spatial axes, then scaled.",
      .inputs = {{"x", "float"}, {"scale", "float"}, {"bias", "float"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"epsilon", 1e-5}},
      .infer = [](InferContext& c) -> Status {
        if (c.rank(0) < 3) return invalid("data of rank {}, expected at least 3", c.rank(0));
        TENON_TRY(c.require_equal(c.elements(1), c.dim(0, 1), "channels and scales"));
        TENON_TRY(c.require_equal(c.elements(2), c.dim(0, 1), "channels and biases"));
        return same_as_input(c);
      },
      .expand = [](ExpandContext& c) -> Status {
        const DType dtype = c.dtype(0);
        const int64_t rank = c.rank(0);
        const ValueId x = c.cast(c.input(0), wide(dtype));
        const Normalized n = normalize(c, x, axes_between(2, rank), c.real("epsilon", 1e-5));
        c.output(0, scale_and_shift(c, n.value, along_axis(c, c.input(1), 1, rank),
                                    along_axis(c, c.input(2), 1, rank), dtype));
        return {};
      },
      .samples = {{.inputs = {{.dims = {2, 3, 4, 5}}, {.dims = {3}}, {.dims = {3}}}}},
  };
}

}  // namespace tenon::ops
