// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op pad();

// Pad was com.microsoft's with inputs before it was ONNX's; a list of pads may be a row there.
Op microsoft_pad() {
  Op op = pad();
  op.domain = "com.microsoft";
  op.inputs.resize(3);
  op.shape_operands = {1};
  return op;
}

}  // namespace tenon::ops
