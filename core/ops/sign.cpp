// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op sign() {
  return {
      .name = "Sign",
      .doc = "-1, 0 or 1 by the sign.",
      .inputs = {{"x", "numeric"}},
      .outputs = {{"y", "numeric"}},
      .infer = same_as_input,
      .element = "x > 0 ? 1 : x < 0 ? -1 : x",
      .samples = {{.inputs = {{.dims = {3, 5}}}},
                  {.inputs = {{.dims = {7}, .dtype = DType::i32, .low = -9, .high = 9}}}},
  };
}

}  // namespace tenon::ops
