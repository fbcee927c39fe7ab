// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/reductions.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

Status expand(ExpandContext& c) {
  const DType dtype = c.dtype(0);
  const DType work = is_float(dtype) ? wide(dtype) : dtype;
  const ValueId squares = map(c, "x * x", {{"x", c.input(0)}}, work);
  c.output(0, c.cast(reduce_as_told(c, "sum", squares), dtype));
  return {};
}

}  // namespace

Op reduce_sum_square() {
  return reduction("ReduceSumSquare", "The sum of squares over the axes.", "numeric", expand);
}

}  // namespace tenon::ops
