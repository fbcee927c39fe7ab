// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/wide.h"

#include "core/ops/framework/rows.h"

#include <algorithm>

namespace tenon {
namespace {

constexpr auto i32 = static_cast<uint16_t>(Type::i32);

bool depends_on_width(const tenon_expr& row) {
  switch (row.op) {
    case TENON_EXPR_SHL:
    case TENON_EXPR_SHR:
    case TENON_EXPR_NOT:
    case TENON_EXPR_BITCAST:
      return row.type != TENON_TYPE_BOOL;
    default:
      return false;
  }
}

class Widen : public ExprPool::Replace {
 public:
  explicit Widen(ExprPool& pool) : pool_(pool) {}

  Expr operator()(const tenon_expr& row, Expr a, Expr b, Expr c) override {
    const auto type = static_cast<Type>(row.type);
    if (row.op == TENON_EXPR_CONST) {
      return row.type == i32 ? pool_.integer(row.k) : Expr();
    }
    if (row.op == TENON_EXPR_CAST) {
      const bool narrows = row.type == i32 && a.type() == Type::i64;
      return narrows ? a : pool_.cast(a, type);
    }
    if (c.valid()) return pool_.select(a, b, c);
    if (b.valid()) return pool_.binary(row.op, a, b);
    return a.valid() ? pool_.unary(row.op, a) : Expr();
  }

 private:
  ExprPool& pool_;
};

}  // namespace

Expr without_narrowing(Expr expr) {
  const Formula formula = cut_out(expr.pool(), expr.id());
  const bool has_narrow =
      std::ranges::any_of(formula.rows, [](const tenon_expr& row) { return row.type == i32; });
  if (!has_narrow || std::ranges::any_of(formula.rows, depends_on_width)) return expr;
  Widen widen(expr.pool());
  return expr.pool().rewrite(formula.rows, formula.root, widen);
}

}  // namespace tenon
