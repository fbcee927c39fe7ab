// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

namespace tenon::ops {

Op q_linear_conv();

// The same operator, whose data may have its channels last.
Op microsoft_q_linear_conv() {
  Op op = q_linear_conv();
  op.domain = "com.microsoft";
  return op;
}

}  // namespace tenon::ops
