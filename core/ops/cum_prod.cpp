// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/axis_ops.h"

namespace tenon::ops {

Op cum_prod() {
  return running(
      "CumProd",
      "Running product along an axis; exclusive of the element itself, reversed, if asked.",
      [](ExpandContext& c) { return expand_running(c, "prod"); });
}

}  // namespace tenon::ops
