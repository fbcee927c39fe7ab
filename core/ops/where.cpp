// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op where() {
  return {
      .name = "Where",
      .doc = "x where the condition holds, else y.",
      .inputs = {{"condition", "bool"}, {"x"}, {"y"}},
      .outputs = {{"output"}},
      .infer = [](InferContext& c) -> Status {
        TENON_TRY_ASSIGN(const std::vector<Expr> values, c.broadcast(c.dims(1), c.dims(2)));
        TENON_TRY_ASSIGN(const std::vector<Expr> all, c.broadcast(c.dims(0), values));
        c.output(0, c.dtype(1), all);
        return {};
      },
      .element = "condition ? x : y",
      .samples = {{.inputs = {{.dims = {3, 1}, .dtype = DType::boolean, .low = 0, .high = 2},
                              {.dims = {3, 4}},
                              {.dims = {4}}}}},
  };
}

}  // namespace tenon::ops
