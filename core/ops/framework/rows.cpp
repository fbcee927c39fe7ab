// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/rows.h"

#include "tenon/expr_ops.h"

#include <algorithm>

namespace tenon {

Formula cut_out(const ExprPool& pool, ExprId root) {
  const std::vector<ExprId> ids = needed_rows(pool.rows(), root);
  const auto place = [&](ExprId id) {
    return static_cast<ExprId>(std::ranges::lower_bound(ids, id) - ids.begin());
  };
  Formula formula;
  formula.rows.reserve(ids.size());
  for (const ExprId id : ids) {
    tenon_expr row = pool.row(id);
    for (int32_t* operand : {&row.a, &row.b, &row.c}) {
      if (*operand >= 0) *operand = place(*operand);
    }
    formula.rows.push_back(row);
  }
  if (root >= 0) formula.root = place(root);
  return formula;
}

}  // namespace tenon
