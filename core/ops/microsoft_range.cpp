// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op range();

// Range was com.microsoft's before it was ONNX's.
Op microsoft_range() {
  Op op = range();
  op.domain = "com.microsoft";
  return op;
}

}  // namespace tenon::ops
