// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op linear_attention();

// LinearAttention was com.microsoft's before it was ONNX's, and has more forms there.
Op microsoft_linear_attention() {
  Op op = linear_attention();
  op.domain = "com.microsoft";
  op.infer = [](InferContext& c) -> Status {
    if (c.integer("state_window", 0) != 0) {
      return unsupported("a form that ONNX's operator does not have");
    }
    return linear_attention().infer(c);
  };
  return op;
}

}  // namespace tenon::ops
