// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/sizes.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op mean_variance_normalization() {
  return {
      .name = "MeanVarianceNormalization",
      .doc = "(x - mean) / deviation over the axes.",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"axes", std::vector<int64_t>{0, 2, 3}}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY(sorted_axes(c.integers("axes", {0, 2, 3}), c.rank(0)).status());
        return same_as_input(c);
      },
      .expand = [](ExpandContext& c) -> Status {
        TENON_TRY_ASSIGN(const std::vector<int64_t> axes,
                         sorted_axes(c.integers("axes", {0, 2, 3}), c.rank(0)));
        const DType dtype = c.dtype(0);
        const ValueId x = c.cast(c.input(0), wide(dtype));
        const ValueId mean = reduce(c, "mean", x, axes);
        const ValueId offset = map(c, "x - m", {{"x", x}, {"m", mean}}, wide(dtype));
        const ValueId square = map(c, "d * d", {{"d", offset}}, wide(dtype));
        const ValueId variance = reduce(c, "mean", square, axes);
        c.output(0, map(c, "d / (sqrt(v) + 1e-9)", {{"d", offset}, {"v", variance}}, dtype));
        return {};
      },
      .samples = {{.inputs = {{.dims = {2, 3, 4, 5}}}}},
  };
}

}  // namespace tenon::ops
