// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/axis_ops.h"

namespace tenon::ops {

Op arg_max() {
  return extreme(
      "ArgMax",
      "Index of the greatest element along an axis; of equals the first or, if asked, the last.",
      [](ExpandContext& c) { return expand_extreme(c, "max"); });
}

}  // namespace tenon::ops
