// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op microsoft_gated_add() {
  return {
      .name = "GatedAdd",
      .domain = "com.microsoft",
      .doc = "x + y * gate.",
      .inputs = {{"x", "float"},
                 {"y", "float"},
                 {"gate", "float"},
                 {"gate_weight", "float", optional_operand}},
      .outputs = {{"output", "float"}},
      .infer = [](InferContext& c) -> Status {
        if (c.has(3)) return unsupported("a projection of the gate");
        TENON_TRY(c.broadcast(c.dims(0), c.dims(1)).status());
        TENON_TRY(c.broadcast(c.dims(0), c.dims(2)).status());
        return same_as_input(c);
      },
      .element = "x + y * gate",
      .samples = {{.inputs = {{.dims = {2, 3, 4}}, {.dims = {2, 3, 4}}, {.dims = {2, 3, 1}}}}},
  };
}

}  // namespace tenon::ops
