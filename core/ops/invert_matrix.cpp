// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/products.h"
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
        TENON_TRY(require_square(c));
        c.output(0, c.dtype(0), c.dims(0));
        c.output(1, c.dtype(0), {c.dims(0).begin(), c.dims(0).end() - 2});
        return {};
      },
      .primitive = true,
      .samples = {{.inputs = {{.dims = {2, 4, 4}}}, .outputs = 2}},
  };
}

}  // namespace tenon::ops
