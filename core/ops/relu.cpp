// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op relu() {
  return {
      .name = "Relu",
      .doc = "x where positive, else 0.",
      .inputs = {{"x", "numeric"}},
      .outputs = {{"y", "numeric"}},
      .infer = same_as_input,
      .element = "max(x, 0)",
      .samples = {{.inputs = {{.dims = {3, 5}}}},
                  {.inputs = {{.dims = {7}, .dtype = DType::i32, .low = -9, .high = 9}}}},
  };
}

}  // namespace tenon::ops
