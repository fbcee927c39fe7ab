// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op mod() {
  return {
      .name = "Mod",
      .doc = "Remainder with the sign of b or, with fmod, of a.",
      .inputs = {{"a", "numeric"}, {"b", "numeric"}},
      .outputs = {{"c", "numeric"}},
      .attributes = {{"fmod", 0}},
      .infer = broadcast_inputs,
      .element =
          [](ElementContext& c) {
            const uint16_t op = c.integer("fmod", 0) != 0 ? TENON_EXPR_REM : TENON_EXPR_MOD;
            return c.pool().binary(op, c.load(0), c.load(1));
          },
      .samples = {{.inputs = {{.dims = {9}, .dtype = DType::i32, .low = -99, .high = 99},
                              {.dims = {}, .dtype = DType::i32, .values = {-7}}}},
                  {.inputs = {{.dims = {9}, .low = -9, .high = 9}, {.dims = {}, .values = {2.5}}},
                   .attributes = {{"fmod", 1}}}},
  };
}

}  // namespace tenon::ops
