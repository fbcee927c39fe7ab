// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/products.h"

namespace tenon::ops {

Result<std::vector<Expr>> product_dims(InferContext& c, std::vector<Expr> a, std::vector<Expr> b) {
  if (a.empty() || b.empty()) return invalid("a scalar operand, expected rank 1 or more");
  const bool row = a.size() == 1;
  const bool column = b.size() == 1;
  if (row) a.insert(a.begin(), c.number(1));
  if (column) b.push_back(c.number(1));
  TENON_TRY(c.require_equal(a.back(), b[b.size() - 2], "columns of a and rows of b"));
  TENON_TRY_ASSIGN(std::vector<Expr> dims,
                   c.broadcast({a.begin(), a.end() - 2}, {b.begin(), b.end() - 2}));
  if (!row) dims.push_back(a[a.size() - 2]);
  if (!column) dims.push_back(b.back());
  return dims;
}

Status require_square(InferContext& c) {
  if (c.rank(0) < 2) return invalid("input of rank {}, expected at least 2", c.rank(0));
  return c.require_equal(c.dim(0, -1), c.dim(0, -2), "rows and columns of a matrix");
}

}  // namespace tenon::ops
