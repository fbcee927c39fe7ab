// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op shrink() {
  return {
      .name = "Shrink",
      .doc = "Moves x towards 0 by bias where its magnitude exceeds lambd; else 0.",
      .inputs = {{"x", "numeric"}},
      .outputs = {{"y", "numeric"}},
      .attributes = {{"bias", 0.0}, {"lambd", 0.5}},
      .infer = same_as_input,
      .element = "x < -lambd ? x + bias : x > lambd ? x - bias : 0",
      .samples = {{.inputs = {{.dims = {3, 5}}}},
                  {.inputs = {{.dims = {7}, .dtype = DType::i32, .low = -9, .high = 9}}}},
  };
}

}  // namespace tenon::ops
