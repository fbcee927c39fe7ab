// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op invert_matrix() {
  return {
      .name = "InvertMatrix",
      .doc = "Inverses and determinants of square matrices.",
      .inputs = {{"x", "float"}},
      .outputs = {{"inverse", "float", optional_operand},
                  {"determinant", "float", optional_operand}},
      .infer = [](InferContext& c) -> Status {
        if (c.rank(0) < 2) return invalid("input of rank {}, expected at least 2", c.rank(0));
        TENON_TRY(c.require_equal(c.dim(0, -1), c.dim(0, -2), "rows and columns of a matrix"));
        c.output(0, c.dtype(0), c.dims(0));
        c.output(1, c.dtype(0), {c.dims(0).begin(), c.dims(0).end() - 2});
        return {};
      },
      .primitive = true,
      .samples = {{.inputs = {{.dims = {2, 4, 4}}}, .outputs = 2}},
  };
}

}  // namespace tenon::ops
