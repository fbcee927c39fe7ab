// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op asin() {
  return {
      .name = "Asin",
      .doc = "Asin of x, angles in radians.",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .infer = same_as_input,
      .element = "asin(x)",
      .samples = {{.inputs = {{.dims = {3, 5}, .low = -1, .high = 1}}},
                  {.inputs = {{.dims = {2, 7}, .dtype = DType::f16, .low = -1, .high = 1}}}},
  };
}

}  // namespace tenon::ops
