// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op round() {
  return {
      .name = "Round",
      .doc = "The nearest integer, halves to the even one.",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .infer = same_as_input,
      .element = "round(x)",
      .samples = {{.inputs = {{.dims = {3, 5}, .low = -9, .high = 9}}},
                  {.inputs = {{.dims = {2, 7}, .dtype = DType::f16, .low = -9, .high = 9}}},
                  {.inputs = {{.dims = {6}, .values = {-1.5, -0.5, 0.5, 1.5, 2.5, 3.5}}}}},
  };
}

}  // namespace tenon::ops
