// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op ceil() {
  return {
      .name = "Ceil",
      .doc = "The smallest integer not below x.",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .infer = same_as_input,
      .element = "ceil(x)",
      .samples = {{.inputs = {{.dims = {3, 5}, .low = -9, .high = 9}}},
                  {.inputs = {{.dims = {2, 7}, .dtype = DType::f16, .low = -9, .high = 9}}}},
  };
}

}  // namespace tenon::ops
