// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/reductions.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status expand(ExpandContext& c) {
  const DType dtype = c.dtype(0);
  const ValueId x = c.cast(c.input(0), real_type(dtype));
  c.output(0, map(c, "log(s)", {{"s", reduce_as_told(c, "sum", x)}}, dtype));
  return {};
}

}  // namespace

Op reduce_log_sum() {
  return reduction("ReduceLogSum", "The logarithm of the sum over the axes.", "numeric", expand);
}

}  // namespace tenon::ops
