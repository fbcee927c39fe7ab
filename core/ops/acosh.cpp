// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op acosh() {
  return {
      .name = "Acosh",
      .doc = "Inverse hyperbolic cosine.",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .infer = same_as_input,
      .element = "acosh(x)",
      .samples = {{.inputs = {{.dims = {3, 5}, .low = 1, .high = 9}}},
                  {.inputs = {{.dims = {2, 7}, .dtype = DType::f16, .low = 1, .high = 9}}}},
  };
}

}  // namespace tenon::ops
