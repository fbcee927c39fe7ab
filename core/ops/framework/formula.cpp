// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"

#include <map>
#include <string>

namespace tenon::ops {

Expr formula(ElementContext& c, std::string_view text, Names names) {
  std::map<std::string, Expr, std::less<>> known;
  for (const auto& [name, value] : names) {
    if (!value.valid()) return value;
    known.emplace(name, value);
  }
  Result<Expr> parsed = parse_expr(c.pool(), text, known);
  return parsed.ok() ? *parsed : c.fail(parsed.status());
}

Expr wrap_index(Expr index, Expr extent) { return select(index < 0, index + extent, index); }

}  // namespace tenon::ops
