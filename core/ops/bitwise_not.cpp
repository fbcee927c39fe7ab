// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op bitwise_not() {
  return {
      .name = "BitwiseNot",
      .doc = "Every bit turned over.",
      .inputs = {{"x", "integer"}},
      .outputs = {{"y", "integer"}},
      .infer = same_as_input,
      .element = "not(x)",
      .samples = {{.inputs = {{.dims = {7}, .dtype = DType::i32, .low = -99, .high = 99}}}},
  };
}

}  // namespace tenon::ops
