// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compact.h"

#include "core/ops/framework/compose.h"

namespace tenon::ops {

Found find_nonzero(ExpandContext& c, ValueId x) {
  const std::vector<ValueId> made = c.add_many("Compact", std::span(&x, 1), {}, 2);
  return {made[0], made[1]};
}

ValueId coordinates_of(ExpandContext& c, ValueId positions, const std::vector<Expr>& dims) {
  if (!c.status().ok()) return positions;
  std::vector<Expr> strides(dims.size(), c.number(1));
  for (size_t i = dims.size(); i-- > 1;) strides[i - 1] = strides[i] * dims[i];
  const Expr rank = c.number(static_cast<int64_t>(dims.size()));
  const ValueId row = reshape(c, positions, {c.number(1), c.dims_of(positions).front()});
  const ValueId stride = reshape(c, c.sizes(strides), {rank, c.number(1)});
  const ValueId extent = reshape(c, c.sizes(dims), {rank, c.number(1)});
  return map(c, "mod(floordiv(p, s), d)", {{"p", row}, {"s", stride}, {"d", extent}}, DType::i64);
}

}  // namespace tenon::ops
