// SPDX-License-Identifier: Apache-2.0
#include "simplify.h"

#include "arithmetic.h"
#include "tenon/expr_ops.h"

#include <bit>
#include <cmath>
#include <limits>
#include <utility>

namespace tenon {
namespace {

bool is_commutative(uint16_t op) {
  switch (op) {
    case TENON_EXPR_ADD:
    case TENON_EXPR_MUL:
    case TENON_EXPR_MIN:
    case TENON_EXPR_MAX:
    case TENON_EXPR_AND:
    case TENON_EXPR_OR:
    case TENON_EXPR_XOR:
    case TENON_EXPR_EQ:
    case TENON_EXPR_NE:
      return true;
    default:
      return false;
  }
}

// Whether every value of `from` is a value of `to`.
bool holds(Type to, Type from) {
  if (from == to || from == Type::boolean) return true;
  switch (to) {
    case Type::i64:
      return from == Type::i32 || from == Type::u32;
    case Type::u64:
      return from == Type::u32;
    case Type::f64:
      return from == Type::i32 || from == Type::u32 || from == Type::f32;
    default:
      return false;
  }
}

bool is_rounding(uint16_t op) { return op >= TENON_EXPR_FLOOR && op <= TENON_EXPR_TRUNC; }

}  // namespace

bool Simplifier::is(ExprId id, double value) const {
  if (!is_constant(id)) return false;
  const int64_t k = row(id).k;
  if (!is_float(type(id))) return k == static_cast<int64_t>(value);
  // Zeros of other signs differ.
  return k == std::bit_cast<int64_t>(value);
}

ExprId Simplifier::constant(int64_t k, Type type) {
  return make({TENON_EXPR_CONST, static_cast<uint16_t>(type), -1, -1, -1, k});
}

ExprId Simplifier::make(uint16_t op, Type type, ExprId a, ExprId b, ExprId c) {
  return make({op, static_cast<uint16_t>(type), a, b, c, 0});
}

// Unused fields empty, operands of commutative operations in one order, constants behind.
tenon_expr Simplifier::normal(tenon_expr row) const {
  const ExprOp& op = expr_op(row.op);
  row.k = 0;
  if (op.operands < 3) row.c = no_expr;
  if (op.operands < 2) row.b = no_expr;
  if (is_commutative(row.op)) {
    const auto key = [&](ExprId id) { return std::pair(is_constant(id), id); };
    if (key(row.b) < key(row.a)) std::swap(row.a, row.b);
  }
  return row;
}

ExprId Simplifier::leaf(tenon_expr leaf) {
  if (leaf.op != TENON_EXPR_LOAD) {
    leaf.a = leaf.b = leaf.c = no_expr;
    const auto type = static_cast<Type>(leaf.type);
    if (leaf.op == TENON_EXPR_LINEAR) leaf.k = 0;
    if (leaf.op != TENON_EXPR_CONST) return pool_.intern(leaf);
    if (!is_float(type)) {
      leaf.k = fold(TENON_EXPR_CAST, type, Type::i64, leaf.k, 0, 0, true);
    } else if (std::isnan(std::bit_cast<double>(leaf.k))) {
      leaf.k = std::bit_cast<int64_t>(std::numeric_limits<double>::quiet_NaN());
    }
    return pool_.intern(leaf);
  }
  if (leaf.a >= 0 && row(leaf.a).op == TENON_EXPR_LINEAR) leaf.a = no_expr;
  if (is_constant(leaf.b)) {
    if (row(leaf.b).k == 0) return leaf.c >= 0 ? leaf.c : constant(0, static_cast<Type>(leaf.type));
    leaf.b = no_expr;
  }
  if (leaf.b < 0) leaf.c = no_expr;
  if (leaf.c >= 0 && is(leaf.c, 0)) leaf.c = no_expr;
  return pool_.intern(leaf);
}

Simplifier::Found Simplifier::fold_constants(const tenon_expr& r) {
  for (const ExprId operand : {r.a, r.b, r.c}) {
    if (operand >= 0 && !is_constant(operand)) return {};
  }
  const auto k = [&](ExprId id) { return id < 0 ? 0 : row(id).k; };
  const auto result_type = static_cast<Type>(r.type);
  return constant(fold(r.op, result_type, type(r.a), k(r.a), k(r.b), k(r.c), true), result_type);
}

Simplifier::Found Simplifier::unary(const tenon_expr& r) {
  const tenon_expr& inner = row(r.a);
  const bool undoes = r.op == TENON_EXPR_NEG || r.op == TENON_EXPR_NOT;
  if (undoes && inner.op == r.op) return inner.a;
  if (r.op == TENON_EXPR_ABS && inner.op == TENON_EXPR_ABS) return r.a;
  if (r.op == TENON_EXPR_ABS && inner.op == TENON_EXPR_NEG) {
    return make(r.op, type(inner.a), inner.a);
  }
  if (is_rounding(r.op) && is_rounding(inner.op)) return r.a;
  if (r.op != TENON_EXPR_NOT) return {};
  // Opposites of comparisons; of floats only those that NaN does not spoil.
  if (inner.op == TENON_EXPR_EQ) return make(TENON_EXPR_NE, Type::boolean, inner.a, inner.b);
  if (inner.op == TENON_EXPR_NE) return make(TENON_EXPR_EQ, Type::boolean, inner.a, inner.b);
  if (inner.op != TENON_EXPR_LT && inner.op != TENON_EXPR_LE) return {};
  if (is_float(type(inner.a))) return {};
  const uint16_t opposite = inner.op == TENON_EXPR_LT ? TENON_EXPR_LE : TENON_EXPR_LT;
  return make(opposite, Type::boolean, inner.b, inner.a);
}

Simplifier::Found Simplifier::conversion(const tenon_expr& r) {
  const auto to = static_cast<Type>(r.type);
  const Type middle = type(r.a);
  if (to == middle) return r.a;
  const tenon_expr& inner = row(r.a);
  if (inner.op != r.op) return {};
  if (r.op == TENON_EXPR_BITCAST) return make(r.op, to, inner.a);
  const Type from = type(inner.a);
  const bool all_integers = !is_float(to) && !is_float(middle) && !is_float(from);
  const bool truncates = all_integers && to != Type::boolean && middle != Type::boolean &&
                         bits_of(to) <= bits_of(middle);
  // Saturating from a float differs from wrapping, unless nothing is lost.
  const bool keeps = holds(middle, from) &&
                     (!is_float(middle) || is_float(from) || is_float(to) || holds(to, from));
  if (!truncates && !keeps) return {};
  return make(r.op, to, inner.a);
}

Simplifier::Found Simplifier::select(const tenon_expr& r) {
  if (is_constant(r.a)) return row(r.a).k != 0 ? r.b : r.c;
  if (r.b == r.c) return r.b;
  const auto t = static_cast<Type>(r.type);
  const tenon_expr& condition = row(r.a);
  if (condition.op == TENON_EXPR_NOT) return make(r.op, t, condition.a, r.c, r.b);
  if (t != Type::boolean || !is_constant(r.b) || !is_constant(r.c)) return {};
  return row(r.b).k != 0 ? r.a : make(TENON_EXPR_NOT, t, r.a);
}

// AND, OR, XOR; a constant stands in b.
Simplifier::Found Simplifier::logic(const tenon_expr& r) {
  const auto t = static_cast<Type>(r.type);
  if (r.op == TENON_EXPR_XOR) {
    if (r.a == r.b) return constant(0, t);
    if (is(r.b, 0)) return r.a;
    if (t == Type::boolean && is(r.b, 1)) return make(TENON_EXPR_NOT, t, r.a);
    return {};
  }
  if (r.a == r.b) return r.a;
  if (!is_constant(r.b)) return {};
  const int64_t ones = fold(TENON_EXPR_NOT, t, t, 0, 0, 0, false);
  const bool neutral = row(r.b).k == (r.op == TENON_EXPR_AND ? ones : 0);
  const bool decides = row(r.b).k == (r.op == TENON_EXPR_AND ? 0 : ones);
  if (neutral) return r.a;
  return decides ? Found(r.b) : Found();
}

Simplifier::Found Simplifier::equality(const tenon_expr& r) {
  if (type(r.a) != Type::boolean || !is_constant(r.b)) return {};
  const bool asks_true = (row(r.b).k != 0) == (r.op == TENON_EXPR_EQ);
  return asks_true ? r.a : make(TENON_EXPR_NOT, Type::boolean, r.a);
}

// x op constant that is x, or the constant.
Simplifier::Found Simplifier::identity(const tenon_expr& r) {
  const auto t = static_cast<Type>(r.type);
  const bool whole = !is_float(t);
  switch (r.op) {
    case TENON_EXPR_ADD:
      return is(r.b, whole ? 0.0 : -0.0) ? Found(r.a) : Found();
    case TENON_EXPR_SUB:
      if (is(r.b, 0)) return r.a;
      return whole && is(r.a, 0) ? Found(make(TENON_EXPR_NEG, t, r.b)) : Found();
    case TENON_EXPR_MUL:
      if (whole && is(r.b, 0)) return r.b;
      return is(r.b, 1) ? Found(r.a) : Found();
    case TENON_EXPR_POW:
      return is(r.b, 1) ? Found(r.a) : Found();
    case TENON_EXPR_DIV:
    case TENON_EXPR_FLOORDIV:
      if (whole && is(r.a, 0)) return r.a;
      if (whole && is(r.b, 0)) return r.b;
      return is(r.b, 1) && (whole || r.op == TENON_EXPR_DIV) ? Found(r.a) : Found();
    case TENON_EXPR_REM:
    case TENON_EXPR_MOD:
      if (whole && (is(r.a, 0) || is(r.b, 0) || is(r.b, 1))) return constant(0, t);
      return {};
    case TENON_EXPR_SHL:
    case TENON_EXPR_SHR:
      return is(r.b, 0) || is(r.a, 0) ? Found(r.a) : Found();
    default:
      return {};
  }
}

Simplifier::Found Simplifier::same_operands(const tenon_expr& r) {
  const bool whole = !is_float(type(r.a));
  switch (r.op) {
    case TENON_EXPR_MIN:
    case TENON_EXPR_MAX:
      return r.a;
    case TENON_EXPR_LT:
      return constant(0, Type::boolean);
    case TENON_EXPR_SUB:
    case TENON_EXPR_REM:
    case TENON_EXPR_MOD:
      return whole ? Found(constant(0, type(r.a))) : Found();
    case TENON_EXPR_EQ:
    case TENON_EXPR_LE:
      return whole ? Found(constant(1, Type::boolean)) : Found();
    case TENON_EXPR_NE:
      return whole ? Found(constant(0, Type::boolean)) : Found();
    default:
      return {};
  }
}

ExprId Simplifier::make(tenon_expr given) {
  const ExprOp& op = expr_op(given.op);
  if (op.kind == ExprClass::leaf) return leaf(given);
  const tenon_expr r = normal(given);
  Found found = fold_constants(r);
  if (!found && r.op == TENON_EXPR_SELECT) found = select(r);
  if (!found && op.kind == ExprClass::conversion) found = conversion(r);
  if (!found && op.operands == 1 && op.kind != ExprClass::conversion) found = unary(r);
  if (!found && op.operands == 2) {
    found = identity(r);
    if (!found && r.a == r.b) found = same_operands(r);
    if (!found && (r.op == TENON_EXPR_EQ || r.op == TENON_EXPR_NE)) found = equality(r);
    const bool logical = r.op >= TENON_EXPR_AND && r.op <= TENON_EXPR_XOR;
    if (!found && logical) found = logic(r);
  }
  if (!found && op.operands > 0 && op.operands < 3 && type(r.a) == Type::i64) found = linear(r);
  return found ? *found : pool_.intern(r);
}

}  // namespace tenon
