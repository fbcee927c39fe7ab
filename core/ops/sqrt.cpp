// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op sqrt() {
  return {
      .name = "Sqrt",
      .doc = "Square root.",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .infer = same_as_input,
      .element = "sqrt(x)",
      .samples = {{.inputs = {{.dims = {3, 5}, .low = 0, .high = 9}}},
                  {.inputs = {{.dims = {2, 7}, .dtype = DType::f16, .low = 0, .high = 9}}}},
  };
}

}  // namespace tenon::ops
