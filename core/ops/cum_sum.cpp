// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/axis_ops.h"

namespace tenon::ops {

Op cum_sum() {
  return running("CumSum",
                 "Running sum along an axis; exclusive of the element itself, reversed, if asked.",
                 [](ExpandContext& c) { return expand_running(c, "sum"); });
}

}  // namespace tenon::ops
