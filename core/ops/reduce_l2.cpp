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
  const ValueId squares = map(c, "x * x", {{"x", x}}, real);
  const ValueId sum = reduce_as_told(c, "sum", squares);
  c.output(0, map(c, "sqrt(s)", {{"s", sum}}, dtype));
  return {};
}

}  // namespace

Op reduce_l2() {
  return reduction("ReduceL2", "The root of the sum of squares over the axes.", "numeric", expand);
}

}  // namespace tenon::ops
