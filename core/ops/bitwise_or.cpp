// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op bitwise_or() {
  return {
      .name = "BitwiseOr",
      .doc = "Bitwise or.",
      .inputs = {{"a", "integer"}, {"b", "integer"}},
      .outputs = {{"c", "integer"}},
      .infer = broadcast_inputs,
      .element = "a | b",
      .samples = {{.inputs = {{.dims = {2, 3}, .dtype = DType::i32, .low = 1, .high = 99},
                              {.dims = {3}, .dtype = DType::i32, .low = 1, .high = 9}}},
                  {.inputs = {{.dims = {2, 3}, .dtype = DType::u8, .low = 0, .high = 255},
                              {.dims = {3}, .dtype = DType::u8, .low = 0, .high = 255}}}},
  };
}

}  // namespace tenon::ops
