// SPDX-License-Identifier: Apache-2.0
#include "simplify.h"

#include "arithmetic.h"
#include "tenon/expr_ops.h"

#include <algorithm>
#include <numeric>

namespace tenon {
namespace {

// Beyond these a sum stays as it was written: work per row is bounded.
constexpr size_t most_terms = 32;
constexpr size_t most_factors = 16;
constexpr int most_depth = 48;

int64_t wrapping_add(int64_t a, int64_t b) {
  return arithmetic::integer_binary<TENON_EXPR_ADD, Type::i64>(a, b);
}
int64_t wrapping_multiply(int64_t a, int64_t b) {
  return arithmetic::integer_binary<TENON_EXPR_MUL, Type::i64>(a, b);
}
int64_t floor_divide(int64_t a, int64_t b) { return arithmetic::floor_divide<Type::i64>(a, b); }
int64_t modulo(int64_t a, int64_t b) { return arithmetic::modulo<Type::i64>(a, b); }

void add_term(Sum& sum, std::vector<ExprId> factors, int64_t coefficient) {
  if (factors.empty()) {
    sum.constant = wrapping_add(sum.constant, coefficient);
    return;
  }
  const auto place = std::ranges::lower_bound(sum.terms, factors, {}, &Term::factors);
  if (place == sum.terms.end() || place->factors != factors) {
    if (coefficient != 0) sum.terms.insert(place, {std::move(factors), coefficient});
    return;
  }
  place->coefficient = wrapping_add(place->coefficient, coefficient);
  if (place->coefficient == 0) sum.terms.erase(place);
}

void add_sum(Sum& sum, const Sum& other, int64_t scale) {
  for (const Term& term : other.terms) {
    add_term(sum, term.factors, wrapping_multiply(term.coefficient, scale));
  }
  add_term(sum, {}, wrapping_multiply(other.constant, scale));
}

std::vector<ExprId> merged(const std::vector<ExprId>& a, const std::vector<ExprId>& b) {
  std::vector<ExprId> all;
  std::ranges::merge(a, b, std::back_inserter(all));
  return all;
}

bool only_constant(const Sum& sum) { return sum.terms.empty(); }
bool is_product(const Sum& sum) { return sum.terms.size() == 1 && sum.constant == 0; }

int64_t magnitude_gcd(int64_t a, int64_t b) {
  const auto size = [](int64_t v) {
    return v < 0 ? uint64_t{0} - static_cast<uint64_t>(v) : static_cast<uint64_t>(v);
  };
  return static_cast<int64_t>(std::gcd(size(a), size(b)));
}

}  // namespace

Sum Simplifier::sum_of(ExprId id, int depth) const {
  const tenon_expr& r = row(id);
  Sum sum;
  if (r.op == TENON_EXPR_CONST) {
    sum.constant = r.k;
  } else if (depth >= most_depth) {
    add_term(sum, {id}, 1);
  } else if (r.op == TENON_EXPR_ADD || r.op == TENON_EXPR_SUB) {
    sum = sum_of(r.a, depth + 1);
    add_sum(sum, sum_of(r.b, depth + 1), r.op == TENON_EXPR_ADD ? 1 : -1);
  } else if (r.op == TENON_EXPR_NEG) {
    add_sum(sum, sum_of(r.a, depth + 1), -1);
  } else if (r.op == TENON_EXPR_MUL) {
    multiply(sum, r.a, r.b, depth + 1);
  } else {
    add_term(sum, {id}, 1);
  }
  return sum;
}

void Simplifier::multiply(Sum& result, ExprId a, ExprId b, int depth) const {
  const Sum left = sum_of(a, depth), right = sum_of(b, depth);
  if (only_constant(left)) return add_sum(result, right, left.constant);
  if (only_constant(right)) return add_sum(result, left, right.constant);
  const bool plain = is_product(left) && is_product(right);
  const bool small = (left.terms.size() + 1) * (right.terms.size() + 1) <= most_terms;
  if (plain || (small && !reads(a) && !reads(b))) {
    for (const Term& x : left.terms) {
      for (const Term& y : right.terms) {
        add_term(result, merged(x.factors, y.factors),
                 wrapping_multiply(x.coefficient, y.coefficient));
      }
      add_term(result, x.factors, wrapping_multiply(x.coefficient, right.constant));
    }
    for (const Term& y : right.terms) {
      add_term(result, y.factors, wrapping_multiply(left.constant, y.coefficient));
    }
    add_term(result, {}, wrapping_multiply(left.constant, right.constant));
    return;
  }
  // A product of sums that is not multiplied out: a sum is a factor like any other.
  const auto as_term = [](const Sum& sum, ExprId id) {
    return is_product(sum) ? sum.terms.front() : Term{{id}, 1};
  };
  const Term x = as_term(left, a), y = as_term(right, b);
  add_term(result, merged(x.factors, y.factors), wrapping_multiply(x.coefficient, y.coefficient));
}

ExprId Simplifier::row_of(const std::vector<ExprId>& factors, int64_t coefficient) {
  constexpr uint16_t i64 = TENON_TYPE_I64;
  ExprId product = factors.front();
  for (size_t i = 1; i < factors.size(); ++i) {
    product = pool_.intern({TENON_EXPR_MUL, i64, product, factors[i], -1, 0});
  }
  if (coefficient == 1) return product;
  if (coefficient == -1) return pool_.intern({TENON_EXPR_NEG, i64, product, -1, -1, 0});
  return pool_.intern({TENON_EXPR_MUL, i64, product, constant(coefficient, Type::i64), -1, 0});
}

ExprId Simplifier::row_of(const Sum& sum) {
  constexpr uint16_t i64 = TENON_TYPE_I64;
  if (sum.terms.empty()) return constant(sum.constant, Type::i64);
  // A positive term goes first where there is one, so that others can be subtracted from it.
  auto first = std::ranges::find_if(sum.terms, [](const Term& t) { return t.coefficient > 0; });
  if (first == sum.terms.end()) first = sum.terms.begin();
  ExprId result = row_of(first->factors, first->coefficient);
  for (auto term = sum.terms.begin(); term != sum.terms.end(); ++term) {
    if (term == first) continue;
    const bool subtract = term->coefficient < 0 && term->coefficient != INT64_MIN;
    const ExprId part = row_of(term->factors, subtract ? -term->coefficient : term->coefficient);
    result = pool_.intern(
        {subtract ? uint16_t{TENON_EXPR_SUB} : uint16_t{TENON_EXPR_ADD}, i64, result, part, -1, 0});
  }
  if (sum.constant == 0) return result;
  const ExprId rest = constant(sum.constant, Type::i64);
  return pool_.intern({TENON_EXPR_ADD, i64, result, rest, -1, 0});
}

Simplifier::Found Simplifier::linear(const tenon_expr& r) {
  switch (r.op) {
    case TENON_EXPR_ADD:
    case TENON_EXPR_SUB:
    case TENON_EXPR_NEG:
    case TENON_EXPR_MUL:
      break;
    case TENON_EXPR_DIV:
    case TENON_EXPR_FLOORDIV:
      return divide(r);
    case TENON_EXPR_REM:
    case TENON_EXPR_MOD:
      return remainder(r);
    case TENON_EXPR_MIN:
    case TENON_EXPR_MAX:
    case TENON_EXPR_LT:
    case TENON_EXPR_LE:
    case TENON_EXPR_EQ:
    case TENON_EXPR_NE:
      return compare(r);
    default:
      return {};
  }
  Sum sum = r.op == TENON_EXPR_MUL ? Sum() : sum_of(r.a, 0);
  if (r.op == TENON_EXPR_MUL) multiply(sum, r.a, r.b, 0);
  if (r.op == TENON_EXPR_ADD) add_sum(sum, sum_of(r.b, 0), 1);
  if (r.op == TENON_EXPR_SUB) add_sum(sum, sum_of(r.b, 0), -1);
  if (r.op == TENON_EXPR_NEG) {
    Sum negated;
    add_sum(negated, sum, -1);
    sum = std::move(negated);
  }
  const auto too_long = [](const Term& term) { return term.factors.size() > most_factors; };
  if (sum.terms.size() > most_terms || std::ranges::any_of(sum.terms, too_long)) return {};
  return row_of(sum);
}

Simplifier::Found Simplifier::divide(const tenon_expr& r) {
  if (reads(r.a) || reads(r.b)) return {};
  const Sum sum = sum_of(r.a, 0);
  if (only_constant(sum)) return {};
  if (is_constant(r.b)) {
    const int64_t divisor = row(r.b).k;
    if (divisor == -1) return make(TENON_EXPR_NEG, Type::i64, r.a);
    return divisor > 1 ? divide_by_constant(r, sum, divisor) : Found();
  }
  return divide_by_symbols(r, sum);
}

// What the divisor divides leaves the division; what they have in common is cancelled.
Simplifier::Found Simplifier::divide_by_constant(const tenon_expr& r, Sum sum, int64_t divisor) {
  const bool floors = r.op == TENON_EXPR_FLOORDIV;
  const tenon_expr inner = row(r.a);
  if (inner.op == r.op && is_constant(inner.b)) {
    int64_t product = 0;
    const int64_t first = row(inner.b).k;
    if (first > 0 && !__builtin_mul_overflow(first, divisor, &product)) {
      return make(r.op, Type::i64, inner.a, constant(product, Type::i64));
    }
  }
  Sum outside;
  if (floors) {
    std::erase_if(sum.terms, [&](const Term& term) {
      const bool divides = term.coefficient % divisor == 0;
      if (divides) outside.terms.push_back({term.factors, term.coefficient / divisor});
      return divides;
    });
    outside.constant = floor_divide(sum.constant, divisor);
    sum.constant = modulo(sum.constant, divisor);
  }
  int64_t common = floors ? divisor : magnitude_gcd(sum.constant, divisor);
  for (const Term& term : sum.terms) common = magnitude_gcd(common, term.coefficient);
  for (Term& term : sum.terms) term.coefficient /= common;
  sum.constant = floor_divide(sum.constant, common);
  divisor /= common;
  if (divisor == 1 || only_constant(sum)) {
    if (divisor != 1) sum.constant = floor_divide(sum.constant, divisor);
    add_sum(outside, sum, 1);
    return row_of(outside);
  }
  const ExprId inside = row_of(sum);
  if (inside == r.a) return {};
  const ExprId by = constant(divisor, Type::i64);
  const bool nested = row(inside).op == r.op;
  const ExprId quotient = nested ? make(r.op, Type::i64, inside, by)
                                 : pool_.intern({r.op, TENON_TYPE_I64, inside, by, -1, 0});
  add_term(outside, {quotient}, 1);
  return row_of(outside);
}

// (n*c*4) / (n*2) is c*2 where the divisor is a product of symbols.
Simplifier::Found Simplifier::divide_by_symbols(const tenon_expr& r, const Sum& sum) {
  const Sum divisor = sum_of(r.b, 0);
  if (!is_product(divisor) || sum.constant != 0) return {};
  const Term& by = divisor.terms.front();
  const auto is_symbol = [&](ExprId id) { return row(id).op == TENON_EXPR_SYMBOL; };
  if (!std::ranges::all_of(by.factors, is_symbol) || by.coefficient < 1) return {};
  Sum quotient;
  for (const Term& term : sum.terms) {
    if (term.coefficient % by.coefficient != 0) return {};
    if (!std::ranges::includes(term.factors, by.factors)) return {};
    std::vector<ExprId> rest;
    std::ranges::set_difference(term.factors, by.factors, std::back_inserter(rest));
    add_term(quotient, std::move(rest), term.coefficient / by.coefficient);
  }
  return row_of(quotient);
}

Simplifier::Found Simplifier::remainder(const tenon_expr& r) {
  if (reads(r.a) || reads(r.b)) return {};
  const Sum divisor = sum_of(r.b, 0);
  const bool by_constant = only_constant(divisor);
  if (by_constant ? divisor.constant <= 1 : !is_product(divisor)) return {};
  const int64_t size = by_constant ? divisor.constant : divisor.terms.front().coefficient;
  if (size < 1) return {};
  const Sum sum = sum_of(r.a, 0);
  Sum rest;
  for (const Term& term : sum.terms) {
    const bool whole =
        by_constant || std::ranges::includes(term.factors, divisor.terms.front().factors);
    if (whole && term.coefficient % size == 0) continue;
    add_term(rest, term.factors, by_constant ? modulo(term.coefficient, size) : term.coefficient);
  }
  rest.constant = by_constant ? modulo(sum.constant, size) : sum.constant;
  if (only_constant(rest) && (by_constant || rest.constant == 0)) {
    // A remainder that keeps the sign of what is divided is known only when it is zero.
    if (r.op == TENON_EXPR_MOD || rest.constant == 0) return row_of(rest);
  }
  if (r.op != TENON_EXPR_MOD) return {};
  const ExprId inside = row_of(rest);
  if (inside == r.a) return {};
  return pool_.intern({r.op, TENON_TYPE_I64, inside, r.b, -1, 0});
}

// Decides what two sums that differ by a constant decide.
Simplifier::Found Simplifier::compare(const tenon_expr& r) {
  const bool equality = r.op == TENON_EXPR_EQ || r.op == TENON_EXPR_NE;
  if (!equality && (reads(r.a) || reads(r.b))) return {};
  Sum difference = sum_of(r.a, 0);
  add_sum(difference, sum_of(r.b, 0), -1);
  if (!only_constant(difference)) return {};
  const int64_t d = difference.constant;
  switch (r.op) {
    case TENON_EXPR_MIN:
      return d <= 0 ? r.a : r.b;
    case TENON_EXPR_MAX:
      return d >= 0 ? r.a : r.b;
    case TENON_EXPR_LT:
      return constant(d < 0 ? 1 : 0, Type::boolean);
    case TENON_EXPR_LE:
      return constant(d <= 0 ? 1 : 0, Type::boolean);
    default:
      return constant((d == 0) == (r.op == TENON_EXPR_EQ) ? 1 : 0, Type::boolean);
  }
}

}  // namespace tenon
