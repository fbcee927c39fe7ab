// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/normalize.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op rms_normalization() {
  return {
      .name = "RMSNormalization",
      .doc = "x by the root of its mean square over the axes from `axis` on, then scaled.",
      .inputs = {{"x", "float"}, {"scale", "float"}},
      .outputs = {{"y", "float"}},
      .attributes = {{"axis", -1}, {"epsilon", 1e-5}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY(c.axis("axis", -1, c.rank(0)).status());
        c.output(0, c.dtype(1), c.dims(0));
        return {};
      },
      .expand = [](ExpandContext& c) -> Status {
        TENON_TRY_ASSIGN(const int64_t axis, c.axis("axis", -1, c.rank(0)));
        const DType dtype = c.dtype(1);
        const ValueId x = c.cast(c.input(0), wide(c.dtype(0)));
        const ValueId y = normalize_by_root_mean_square(c, x, axes_between(axis, c.rank(0)),
                                                        c.real("epsilon", 1e-5));
        c.output(0, scale_and_shift(c, y, c.input(1), no_id, dtype));
        return {};
      },
      .samples = {{.inputs = {{.dims = {2, 3, 8}}, {.dims = {8}}}}},
  };
}

}  // namespace tenon::ops
