// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op causal_conv_with_state();

// CausalConvWithState was com.microsoft's before it was ONNX's, and has more forms there.
Op microsoft_causal_conv_with_state() {
  Op op = causal_conv_with_state();
  op.domain = "com.microsoft";
  op.infer = [](InferContext& c) -> Status {
    if (c.integer("ndim", 1) != 1 || c.integer("dilation", 1) != 1 ||
        c.integer("channels_last", 0) != 0 || c.integer("state_window", 0) != 0) {
      return unsupported("a form that ONNX's operator does not have");
    }
    return causal_conv_with_state().infer(c);
  };
  return op;
}

}  // namespace tenon::ops
