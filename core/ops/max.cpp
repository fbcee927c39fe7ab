// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op max() {
  return {
      .name = "Max",
      .doc = "The greatest of all inputs, broadcast.",
      .inputs = {{"inputs", "numeric", variadic_operand}},
      .outputs = {{"max", "numeric"}},
      .infer = broadcast_inputs,
      .element =
          [](ElementContext& c) {
            Expr greatest = c.load(0);
            for (size_t i = 1; i < c.inputs(); ++i) greatest = maximum(greatest, c.load(i));
            return greatest;
          },
      .samples = {{.inputs = {{.dims = {2, 3}}, {.dims = {3}}, {.dims = {2, 1}}}}},
  };
}

}  // namespace tenon::ops
