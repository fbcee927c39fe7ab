// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/reductions.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status expand(ExpandContext& c) {
  c.output(0, reduce_as_told(c, "sum", c.input(0)));
  return {};
}

}  // namespace

Op reduce_sum() { return reduction("ReduceSum", "The sum over the axes.", "numeric", expand); }

}  // namespace tenon::ops
