// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op sum() {
  return {
      .name = "Sum",
      .doc = "The sum of all inputs, broadcast.",
      .inputs = {{"inputs", "float", variadic_operand}},
      .outputs = {{"sum", "float"}},
      .infer = broadcast_inputs,
      .element =
          [](ElementContext& c) {
            Expr sum = c.load(0);
            for (size_t i = 1; i < c.inputs(); ++i) sum = sum + c.load(i);
            return sum;
          },
      .samples = {{.inputs = {{.dims = {2, 3}}, {.dims = {3}}, {.dims = {2, 1}}}}},
  };
}

}  // namespace tenon::ops
