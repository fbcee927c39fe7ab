// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/axis_ops.h"

namespace tenon::ops {

Op arg_min() {
  return extreme(
      "ArgMin",
      "Index of the least element along an axis; of equals the first or, if asked, the last.",
      [](ExpandContext& c) { return expand_extreme(c, "min"); });
}

}  // namespace tenon::ops
