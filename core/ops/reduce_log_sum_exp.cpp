// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/reductions.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status expand(ExpandContext& c) {
  const DType dtype = c.dtype(0);
  const DType real = real_type(dtype);
  const ValueId x = c.cast(c.input(0), real);
  const ValueId peak = reduce(c, "max", x, c.integers("axes", {}));
  const ValueId safe = map(c, "isinf(m) ? 0.0 : m", {{"m", peak}}, real);
  const ValueId powers = map(c, "exp(x - m)", {{"x", x}, {"m", safe}}, real);
  const ValueId sum = reduce_as_told(c, "sum", powers);
  const ValueId back = c.integer("keepdims", 1) != 0 ? safe : reduce_as_told(c, "max", safe);
  c.output(0, map(c, "log(s) + m", {{"s", sum}, {"m", back}}, dtype));
  return {};
}

}  // namespace

Op reduce_log_sum_exp() {
  return reduction("ReduceLogSumExp",
                   "The logarithm of the sum of exponentials over the axes, safe from overflow.",
                   "numeric", expand);
}

}  // namespace tenon::ops
