// SPDX-License-Identifier: Apache-2.0
#include "tenon/expr.h"

namespace tenon {
namespace {

Expr binary(uint16_t op, Expr a, Expr b) {
  return a.valid() && b.valid() ? a.pool().binary(op, a, b) : Expr();
}

Expr binary(uint16_t op, Expr a, int64_t b) {
  return a.valid() ? a.pool().binary(op, a, a.pool().integer(b)) : Expr();
}

Expr binary(uint16_t op, int64_t a, Expr b) {
  return b.valid() ? b.pool().binary(op, b.pool().integer(a), b) : Expr();
}

Expr truth(Expr a) { return a.valid() ? a.pool().cast(a, Type::boolean) : Expr(); }

}  // namespace

Expr operator-(Expr a) { return a.valid() ? a.pool().unary(TENON_EXPR_NEG, a) : Expr(); }
Expr operator+(Expr a, Expr b) { return binary(TENON_EXPR_ADD, a, b); }
Expr operator-(Expr a, Expr b) { return binary(TENON_EXPR_SUB, a, b); }
Expr operator*(Expr a, Expr b) { return binary(TENON_EXPR_MUL, a, b); }
Expr operator/(Expr a, Expr b) { return binary(TENON_EXPR_DIV, a, b); }
Expr operator%(Expr a, Expr b) { return binary(TENON_EXPR_MOD, a, b); }
Expr operator<(Expr a, Expr b) { return binary(TENON_EXPR_LT, a, b); }
Expr operator<=(Expr a, Expr b) { return binary(TENON_EXPR_LE, a, b); }
Expr operator>(Expr a, Expr b) { return binary(TENON_EXPR_LT, b, a); }
Expr operator>=(Expr a, Expr b) { return binary(TENON_EXPR_LE, b, a); }
Expr operator==(Expr a, Expr b) { return binary(TENON_EXPR_EQ, a, b); }
Expr operator!=(Expr a, Expr b) { return binary(TENON_EXPR_NE, a, b); }
Expr operator&&(Expr a, Expr b) { return binary(TENON_EXPR_AND, truth(a), truth(b)); }
Expr operator||(Expr a, Expr b) { return binary(TENON_EXPR_OR, truth(a), truth(b)); }
Expr operator!(Expr a) { return a.valid() ? a.pool().unary(TENON_EXPR_NOT, truth(a)) : Expr(); }

Expr operator+(Expr a, int64_t b) { return binary(TENON_EXPR_ADD, a, b); }
Expr operator-(Expr a, int64_t b) { return binary(TENON_EXPR_SUB, a, b); }
Expr operator*(Expr a, int64_t b) { return binary(TENON_EXPR_MUL, a, b); }
Expr operator/(Expr a, int64_t b) { return binary(TENON_EXPR_DIV, a, b); }
Expr operator%(Expr a, int64_t b) { return binary(TENON_EXPR_MOD, a, b); }
Expr operator<(Expr a, int64_t b) { return binary(TENON_EXPR_LT, a, b); }
Expr operator<=(Expr a, int64_t b) { return binary(TENON_EXPR_LE, a, b); }
Expr operator>(Expr a, int64_t b) { return binary(TENON_EXPR_LT, b, a); }
Expr operator>=(Expr a, int64_t b) { return binary(TENON_EXPR_LE, b, a); }
Expr operator==(Expr a, int64_t b) { return binary(TENON_EXPR_EQ, a, b); }
Expr operator!=(Expr a, int64_t b) { return binary(TENON_EXPR_NE, a, b); }

Expr floor_div(Expr a, Expr b) { return binary(TENON_EXPR_FLOORDIV, a, b); }
// Sizes are divided by positive numbers, for which this is the ceiling.
Expr ceil_div(Expr a, Expr b) { return floor_div(a + (b - 1), b); }
Expr minimum(Expr a, Expr b) { return binary(TENON_EXPR_MIN, a, b); }
Expr maximum(Expr a, Expr b) { return binary(TENON_EXPR_MAX, a, b); }
Expr select(Expr condition, Expr yes, Expr no) {
  return condition.valid() ? condition.pool().select(condition, yes, no) : Expr();
}

}  // namespace tenon
