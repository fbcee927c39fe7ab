// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op sort_rows() {
  return {
      .name = "SortRows",
      .doc =
          "The order in which the rows of a matrix ascend: by their first elements, then by their "
          "second ones, at last by their places. NaN is greater than all.",
      .inputs = {{"x", "numeric|bool"}},
      .outputs = {{"order", "i64"}},
      .infer = [](InferContext& c) -> Status {
        if (c.rank(0) != 2) return invalid("data of rank {}, expected 2", c.rank(0));
        c.output(0, DType::i64, {c.dim(0, 0)});
        return {};
      },
      .primitive = true,
      .samples = {{.inputs = {{.dims = {9, 2}, .dtype = DType::i32, .low = 0, .high = 3}}},
                  {.inputs = {{.dims = {11, 1}}}}},
  };
}

}  // namespace tenon::ops
