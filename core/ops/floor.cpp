// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op floor() {
  return {
      .name = "Floor",
      .doc = "The largest integer not above x.",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .infer = same_as_input,
      .element = "floor(x)",
      .samples = {{.inputs = {{.dims = {3, 5}, .low = -9, .high = 9}}},
                  {.inputs = {{.dims = {2, 7}, .dtype = DType::f16, .low = -9, .high = 9}}}},
  };
}

}  // namespace tenon::ops
