// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op hard_swish() {
  return {
      .name = "HardSwish",
      .doc = "x * max(0, min(1, x / 6 + 0.5)).",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .infer = same_as_input,
      .element = "x * max(0, min(1, x / 6 + 0.5))",
      .samples = {{.inputs = {{.dims = {3, 5}, .low = -5, .high = 5}}},
                  {.inputs = {{.dims = {2, 7}, .dtype = DType::f16, .low = -5, .high = 5}}}},
  };
}

}  // namespace tenon::ops
