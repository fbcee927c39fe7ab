// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op min() {
  return {
      .name = "Min",
      .doc = "The least of all inputs, broadcast.",
      .inputs = {{"inputs", "numeric", variadic_operand}},
      .outputs = {{"min", "numeric"}},
      .infer = broadcast_inputs,
      .element =
          [](ElementContext& c) {
            Expr least = c.load(0);
            for (size_t i = 1; i < c.inputs(); ++i) least = minimum(least, c.load(i));
            return least;
          },
      .samples = {{.inputs = {{.dims = {2, 3}}, {.dims = {3}}, {.dims = {2, 1}}}}},
  };
}

}  // namespace tenon::ops
