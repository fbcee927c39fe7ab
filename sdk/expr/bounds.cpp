// SPDX-License-Identifier: Apache-2.0
#include "bounds.h"

#include "tenon/expr_ops.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <vector>

namespace tenon {
namespace {

constexpr int64_t modulus = 32;

uint32_t bit(int64_t residue) { return uint32_t{1} << (residue & (modulus - 1)); }

// Residues of all sums or products of two numbers.
template <class Combine>
uint32_t combined(uint32_t a, uint32_t b, Combine combine) {
  uint32_t result = 0;
  for (int64_t i = 0; i < modulus; ++i) {
    if ((a & bit(i)) == 0) continue;
    for (int64_t j = 0; j < modulus; ++j) {
      if ((b & bit(j)) != 0) result |= bit(combine(i, j));
    }
  }
  return result;
}

std::optional<int64_t> sum(int64_t a, int64_t b) {
  int64_t result = 0;
  if (__builtin_add_overflow(a, b, &result)) return {};
  return result;
}

std::optional<int64_t> product(int64_t a, int64_t b) {
  int64_t result = 0;
  if (__builtin_mul_overflow(a, b, &result)) return {};
  return result;
}

bool is_open(const Bound& b) { return b.low == INT64_MIN || b.high == INT64_MAX; }

Bound added(const Bound& a, const Bound& b) {
  Bound result;
  result.residues = combined(a.residues, b.residues, [](int64_t i, int64_t j) { return i + j; });
  const auto low = sum(a.low, b.low), high = sum(a.high, b.high);
  if (low && a.low != INT64_MIN && b.low != INT64_MIN) result.low = *low;
  if (high && a.high != INT64_MAX && b.high != INT64_MAX) result.high = *high;
  return result;
}

Bound multiplied(const Bound& a, const Bound& b) {
  Bound result;
  result.residues = combined(a.residues, b.residues, [](int64_t i, int64_t j) { return i * j; });
  if (is_open(a) || is_open(b)) {
    if (a.low >= 0 && b.low >= 0) result.low = 0;
    return result;
  }
  int64_t low = INT64_MAX, high = INT64_MIN;
  for (const int64_t x : {a.low, a.high}) {
    for (const int64_t y : {b.low, b.high}) {
      const auto p = product(x, y);
      if (!p) return result;
      low = std::min(low, *p);
      high = std::max(high, *p);
    }
  }
  result.low = low;
  result.high = high;
  return result;
}

// By a positive constant; numbers below zero are left alone.
Bound divided(const Bound& a, int64_t divisor) {
  if (divisor <= 0 || a.low < 0) return {};
  const int64_t high = a.high == INT64_MAX ? a.high : a.high / divisor;
  return Bound::between(a.low / divisor, high);
}

Bound remainder(const Bound& a, int64_t divisor) {
  if (divisor <= 0) return {};
  if (a.within(0, divisor - 1)) return a;
  Bound result = Bound::between(0, divisor - 1);
  if (std::has_single_bit(static_cast<uint64_t>(divisor)) && divisor <= modulus) {
    uint32_t residues = 0;
    for (int64_t r = 0; r < modulus; ++r) {
      if ((a.residues & bit(r)) != 0) residues |= bit(r % divisor);
    }
    result.residues = residues;
  }
  return result;
}

Bound united(const Bound& a, const Bound& b) {
  return {std::min(a.low, b.low), std::max(a.high, b.high), a.residues | b.residues};
}

// What the type itself promises; everything when the numbers may wrap to fit it.
Bound fitted(const Bound& bound, Type type) {
  if (type == Type::boolean) return bound.within(0, 1) ? bound : Bound::between(0, 1);
  if (type == Type::i32 && !bound.within(INT32_MIN, INT32_MAX)) {
    return {INT32_MIN, INT32_MAX, bound.residues};
  }
  if (type == Type::u32 && !bound.within(0, UINT32_MAX)) return {0, UINT32_MAX, bound.residues};
  if (type == Type::u64 && bound.low < 0) return {};
  return bound;
}

}  // namespace

Bound Bound::of(int64_t value) { return {value, value, bit(value)}; }

Bound Bound::between(int64_t low, int64_t high) {
  Bound bound = {low, high, UINT32_MAX};
  if (low < 0 || high - low >= modulus) return bound;
  bound.residues = 0;
  for (int64_t value = low; value <= high; ++value) bound.residues |= bit(value);
  return bound;
}

int64_t Bound::largest_remainder(int64_t divisor) const {
  int64_t largest = 0;
  for (int64_t r = 0; r < modulus; ++r) {
    if ((residues & bit(r)) != 0) largest = std::max(largest, r % divisor);
  }
  return largest;
}

Bound Bounds::derive(const tenon_expr& row) const {
  const auto type = static_cast<Type>(row.type);
  if (is_float(type)) return {};
  if (row.op == TENON_EXPR_CONST) return Bound::of(row.k);
  const bool of_floats = row.a >= 0 && is_float(static_cast<Type>(pool_.row(row.a).type));
  if (row.op < TENON_EXPR_NEG || of_floats) return fitted({}, type);
  const Bound a = at(row.a);
  const Bound b = row.b >= 0 ? at(row.b) : Bound{};
  const bool by_constant = row.b >= 0 && b.low == b.high;
  switch (row.op) {
    case TENON_EXPR_CAST:
      return fitted(a, type);
    case TENON_EXPR_NEG:
      return fitted(multiplied(a, Bound::of(-1)), type);
    case TENON_EXPR_ADD:
      return fitted(added(a, b), type);
    case TENON_EXPR_SUB:
      return fitted(added(a, multiplied(b, Bound::of(-1))), type);
    case TENON_EXPR_MUL:
      return fitted(multiplied(a, b), type);
    case TENON_EXPR_DIV:
    case TENON_EXPR_FLOORDIV:
      return by_constant ? fitted(divided(a, b.low), type) : fitted({}, type);
    case TENON_EXPR_MOD:
    case TENON_EXPR_REM:
      if (row.op == TENON_EXPR_REM && a.low < 0) return fitted({}, type);
      return by_constant ? fitted(remainder(a, b.low), type) : fitted({}, type);
    case TENON_EXPR_AND:
      if (!by_constant || b.low < 0) return fitted({}, type);
      if (std::has_single_bit(static_cast<uint64_t>(b.low) + 1)) {
        return fitted(remainder(a, b.low + 1), type);
      }
      return fitted(Bound::between(0, b.low), type);
    case TENON_EXPR_SHR:
      if (!by_constant || !b.within(0, 62)) return fitted({}, type);
      return fitted(divided(a, int64_t{1} << b.low), type);
    case TENON_EXPR_SHL:
      if (!by_constant || !b.within(0, 31)) return fitted({}, type);
      return fitted(multiplied(a, Bound::of(int64_t{1} << b.low)), type);
    case TENON_EXPR_MIN:
      return {std::min(a.low, b.low), std::min(a.high, b.high), a.residues | b.residues};
    case TENON_EXPR_MAX:
      return {std::max(a.low, b.low), std::max(a.high, b.high), a.residues | b.residues};
    case TENON_EXPR_SELECT:
      return united(b, at(row.c));
    default:
      return fitted({}, type);
  }
}

Bound Bounds::of(ExprId id) {
  std::vector<ExprId> open = {id};
  while (!open.empty()) {
    const ExprId next = open.back();
    if (known_.contains(next)) {
      open.pop_back();
      continue;
    }
    const tenon_expr& row = pool_.row(next);
    bool ready = true;
    for (const ExprId operand : {row.a, row.b, row.c}) {
      if (operand < 0 || known_.contains(operand)) continue;
      open.push_back(operand);
      ready = false;
    }
    if (!ready) continue;
    known_.emplace(next, derive(row));
    open.pop_back();
  }
  return known_.at(id);
}

namespace {

class WithinBounds : public ExprPool::Replace {
 public:
  WithinBounds(ExprPool& pool, Bounds& bounds) : pool_(pool), bounds_(bounds) {}

  Expr operator()(const tenon_expr& row, Expr a, Expr b, Expr) override {
    if (!b.valid() || is_float(a.type()) || row.op < TENON_EXPR_NEG) return {};
    const Bound x = bounds_.of(a), y = bounds_.of(b);
    const bool by_constant = b.is_constant() && b.constant() > 0;
    switch (row.op) {
      case TENON_EXPR_DIV:
      case TENON_EXPR_FLOORDIV:
        if (by_constant && x.within(0, b.constant() - 1)) return pool_.integer(0, a.type());
        return {};
      case TENON_EXPR_MOD:
      case TENON_EXPR_REM:
        return by_constant && x.within(0, b.constant() - 1) ? a : Expr();
      case TENON_EXPR_MIN:
        return x.high <= y.low ? a : y.high <= x.low ? b : Expr();
      case TENON_EXPR_MAX:
        return x.low >= y.high ? a : y.low >= x.high ? b : Expr();
      case TENON_EXPR_LT:
        return decided(x.high < y.low, x.low >= y.high);
      case TENON_EXPR_LE:
        return decided(x.high <= y.low, x.low > y.high);
      case TENON_EXPR_SHR: {
        const bool gone =
            b.is_constant() && y.within(0, 62) && x.low >= 0 && x.high < int64_t{1} << y.low;
        return gone ? pool_.integer(0, a.type()) : Expr();
      }
      case TENON_EXPR_AND: {
        const bool mask = b.is_constant() && y.low >= 0 && y.low < INT64_MAX &&
                          std::has_single_bit(static_cast<uint64_t>(y.low) + 1);
        return mask && x.within(0, y.low) ? a : Expr();
      }
      default:
        return {};
    }
  }

 private:
  Expr decided(bool yes, bool no) { return yes || no ? pool_.boolean(yes) : Expr(); }

  ExprPool& pool_;
  Bounds& bounds_;
};

}  // namespace

Expr simplify_within(ExprPool& pool, Expr e, Bounds& bounds) {
  WithinBounds within(pool, bounds);
  return pool.rewrite(pool.rows(), e.id(), within);
}

}  // namespace tenon
