// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op eye_like() {
  return {
      .name = "EyeLike",
      .doc = "A matrix of the input's dims with ones on diagonal k.",
      .inputs = {{"input"}},
      .outputs = {{"output"}},
      .attributes = {{"k", 0}},
      .infer = [](InferContext& c) -> Status {
        if (c.rank(0) != 2) return invalid("input of rank {}, expected 2", c.rank(0));
        const int64_t dtype = c.integer("dtype", static_cast<int64_t>(c.dtype(0)));
        if (dtype <= 0 || dtype >= TENON_DTYPE_COUNT) return invalid("dtype {}", dtype);
        c.output(0, static_cast<DType>(dtype), c.dims(0));
        return {};
      },
      .element =
          [](ElementContext& c) {
            const Expr one = c.coordinate(1) - c.coordinate(0) == c.integer("k", 0);
            return c.pool().cast(one, type_of(c.output_dtype()));
          },
      .samples = {{.inputs = {{.dims = {4, 5}}}, .attributes = {{"k", 1}}}},
  };
}

}  // namespace tenon::ops
