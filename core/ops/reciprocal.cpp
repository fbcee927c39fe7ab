// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op reciprocal() {
  return {
      .name = "Reciprocal",
      .doc = "1 / x.",
      .inputs = {{"x", "float"}},
      .outputs = {{"y", "float"}},
      .infer = same_as_input,
      .element = "1 / x",
      .samples = {{.inputs = {{.dims = {3, 5}, .low = 0.5, .high = 4}}},
                  {.inputs = {{.dims = {2, 7}, .dtype = DType::f16, .low = 0.5, .high = 4}}}},
  };
}

}  // namespace tenon::ops
