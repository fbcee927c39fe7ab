// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/op.h"

namespace tenon::ops {

Op bit_shift() {
  return {
      .name = "BitShift",
      .doc = "x shifted by y bits in attribute direction, LEFT or RIGHT.",
      .inputs = {{"x", "integer"}, {"y", "integer"}},
      .outputs = {{"z", "integer"}},
      .infer = broadcast_inputs,
      .element =
          [](ElementContext& c) {
            const bool left = c.text("direction", "") == "LEFT";
            return formula(c, left ? "x << y" : "x >> y", {{"x", c.load(0)}, {"y", c.load(1)}});
          },
      .samples = {{.inputs = {{.dims = {4}, .dtype = DType::u8, .low = 0, .high = 255},
                              {.dims = {4}, .dtype = DType::u8, .low = 0, .high = 9}},
                   .attributes = {{"direction", "LEFT"}}}},
  };
}

}  // namespace tenon::ops
