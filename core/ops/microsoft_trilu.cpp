// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op trilu();

// Trilu was com.microsoft's before it was ONNX's.
Op microsoft_trilu() {
  Op op = trilu();
  op.domain = "com.microsoft";
  return op;
}

}  // namespace tenon::ops
