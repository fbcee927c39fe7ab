// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/rows.h"

#include <algorithm>
#include <unordered_map>

namespace tenon {

Formula cut_out(const ExprPool& pool, ExprId root) {
  std::unordered_map<ExprId, ExprId> places;
  std::vector<ExprId> ids, open = {root};
  while (!open.empty()) {
    const ExprId id = open.back();
    open.pop_back();
    if (id < 0 || !places.emplace(id, no_expr).second) continue;
    ids.push_back(id);
    const tenon_expr& row = pool.row(id);
    open.insert(open.end(), {row.a, row.b, row.c});
  }
  // A pool's operands have smaller ids than their users.
  std::ranges::sort(ids);
  Formula formula;
  for (const ExprId id : ids) {
    tenon_expr row = pool.row(id);
    for (int32_t* operand : {&row.a, &row.b, &row.c}) {
      if (*operand >= 0) *operand = places[*operand];
    }
    places[id] = static_cast<ExprId>(formula.rows.size());
    formula.rows.push_back(row);
  }
  if (root >= 0) formula.root = places[root];
  return formula;
}

}  // namespace tenon
