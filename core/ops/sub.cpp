// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op sub() {
  return {
      .name = "Sub",
      .doc = "a - b.",
      .inputs = {{"a", "numeric"}, {"b", "numeric"}},
      .outputs = {{"c", "numeric"}},
      .infer = broadcast_inputs,
      .element = "a - b",
      .samples = {{.inputs = {{.dims = {2, 3, 4}}, {.dims = {3, 1}}}},
                  {.inputs = {{.dims = {2, 3}, .dtype = DType::i32, .low = 1, .high = 99},
                              {.dims = {3}, .dtype = DType::i32, .low = 1, .high = 9}}}},
  };
}

}  // namespace tenon::ops
