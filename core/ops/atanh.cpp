// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op atanh() {
  return {
      .name = "Atanh",
      .doc = "Inverse hyperbolic tangent.",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .infer = same_as_input,
      .element = "atanh(x)",
      .samples = {{.inputs = {{.dims = {3, 5}, .low = -0.9, .high = 0.9}}},
                  {.inputs = {{.dims = {2, 7}, .dtype = DType::f16, .low = -0.9, .high = 0.9}}}},
  };
}

}  // namespace tenon::ops
