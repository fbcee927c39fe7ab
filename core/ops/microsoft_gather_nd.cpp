// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op gather_nd();

// GatherND was com.microsoft's before it was ONNX's.
Op microsoft_gather_nd() {
  Op op = gather_nd();
  op.domain = "com.microsoft";
  return op;
}

}  // namespace tenon::ops
