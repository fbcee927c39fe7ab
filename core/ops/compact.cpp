// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op compact() {
  return {
      .name = "Compact",
      .doc =
          "Row-major positions of the elements that are not zero, in order, followed by zeros up "
          "to the number of elements; and how many positions there are.",
      .inputs = {{"x", "numeric|bool"}},
      .outputs = {{"positions", "i64"}, {"count", "i64"}},
      .infer = [](InferContext& c) -> Status {
        c.output(0, DType::i64, {c.elements(0)});
        c.output(1, DType::i64, {c.number(1)});
        return {};
      },
      .primitive = true,
      .samples = {{.inputs = {{.dims = {3, 5}, .dtype = DType::i32, .low = 0, .high = 3}},
                   .outputs = 2},
                  {.inputs = {{.dims = {4, 7}, .dtype = DType::boolean}}, .outputs = 2}},
  };
}

}  // namespace tenon::ops
