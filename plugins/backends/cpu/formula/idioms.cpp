// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/formula/idioms.h"

#include "plugins/backends/cpu/math/elements.h"

#include <bit>
#include <cmath>
#include <optional>
#include <utility>

namespace tenon::cpu {
namespace {

// x to its place in a row, the row resolved; -1 where it is something else.
class Matcher {
 public:
  Matcher(const FormulaRows& formula, const Forms& forms) : rows_(formula.rows), forms_(forms) {}

  Idiom find(int32_t id) const {
    const tenon_expr& row = rows_[static_cast<size_t>(id)];
    if (row.type != TENON_TYPE_F32) return {};
    if (row.op == TENON_EXPR_DIV) return quotient(row);
    if (row.op == TENON_EXPR_MUL) return product(id, row);
    if (row.op == TENON_EXPR_POW && number(row.b) == 2.0) return {strip_square, row.a};
    return {};
  }

 private:
  int32_t resolved(int32_t id) const { return forms_.is[static_cast<size_t>(id)]; }
  bool is_same(int32_t a, int32_t b) const { return resolved(a) == resolved(b); }
  const tenon_expr& row(int32_t id) const { return rows_[static_cast<size_t>(resolved(id))]; }

  std::optional<double> number(int32_t id) const {
    const Form& form = forms_.of[static_cast<size_t>(id)];
    if (form.kind != Form::Kind::number || row(id).type != TENON_TYPE_F32) return {};
    return std::bit_cast<double>(form.base);
  }

  // The operand of `op` that is not the number.
  int32_t beside(int32_t id, uint16_t op, double wanted) const {
    const tenon_expr& at = row(id);
    if (at.op != op) return -1;
    if (number(at.a) == wanted) return at.b;
    return number(at.b) == wanted ? at.a : -1;
  }

  int32_t operand_of(int32_t id, uint16_t op) const {
    return id >= 0 && row(id).op == op ? row(id).a : -1;
  }

  // x of 1 + exp(-x).
  int32_t falling(int32_t id) const {
    return operand_of(operand_of(beside(id, TENON_EXPR_ADD, 1.0), TENON_EXPR_EXP), TENON_EXPR_NEG);
  }

  Idiom quotient(const tenon_expr& at) const {
    const int32_t x = falling(at.b);
    if (x < 0) return {};
    if (number(at.a) == 1.0) return {strip_sigmoid, x};
    return is_same(at.a, x) ? Idiom{strip_swish, x} : Idiom{};
  }

  // x of 1 / (1 + exp(-x)).
  int32_t sigmoid(int32_t id) const {
    const tenon_expr& at = row(id);
    return at.op == TENON_EXPR_DIV && number(at.a) == 1.0 ? falling(at.b) : -1;
  }

  Idiom product(int32_t id, const tenon_expr& at) const {
    for (const auto& [x, other] : {std::pair(at.a, at.b), std::pair(at.b, at.a)}) {
      const int32_t inner = sigmoid(other);
      if (inner >= 0 && is_same(inner, x)) return {strip_swish, x};
    }
    return gelu(id);
  }

  // x of 1 + erf(x * sqrt(1/2)).
  int32_t normal(int32_t id) const {
    const int32_t inside = operand_of(beside(id, TENON_EXPR_ADD, 1.0), TENON_EXPR_ERF);
    if (inside < 0) return -1;
    const tenon_expr& at = row(inside);
    const double wanted = at.op == TENON_EXPR_DIV ? std::sqrt(2.0) : std::sqrt(0.5);
    if (at.op != TENON_EXPR_MUL && at.op != TENON_EXPR_DIV) return -1;
    const auto is_near = [&](int32_t b) {
      const std::optional<double> found = number(b);
      return found && std::fabs(*found / wanted - 1) < 1e-6;
    };
    if (is_near(at.b)) return at.a;
    return at.op == TENON_EXPR_MUL && is_near(at.a) ? at.b : -1;
  }

  // The product of x, 1 + erf(x * sqrt(1/2)) and a half, in any order.
  Idiom gelu(int32_t id) const {
    Factors factors;
    collect(id, factors);
    if (factors.count != 2 || std::fabs(factors.number - 0.5) > 1e-7) return {};
    for (const int i : {0, 1}) {
      const int32_t x = normal(factors.rows[i]);
      if (x >= 0 && is_same(x, factors.rows[1 - i])) return {strip_gelu, x};
    }
    return {};
  }

  struct Factors {
    double number = 1;
    int32_t rows[2] = {-1, -1};
    int count = 0;  // of rows, may be more than there is room for
  };
  void collect(int32_t id, Factors& factors) const {
    const std::optional<double> known = number(id);
    if (known) {
      factors.number *= *known;
    } else if (row(id).op == TENON_EXPR_MUL) {
      collect(row(id).a, factors);
      if (factors.count <= 2) collect(row(id).b, factors);
    } else if (factors.count++ < 2) {
      factors.rows[factors.count - 1] = id;
    }
  }

  const std::vector<tenon_expr>& rows_;
  const Forms& forms_;
};

}  // namespace

std::vector<Idiom> find_idioms(const FormulaRows& formula, const Forms& forms) {
  const Matcher matcher(formula, forms);
  std::vector<Idiom> idioms(formula.rows.size());
  for (size_t i = 0; i < idioms.size(); ++i) idioms[i] = matcher.find(static_cast<int32_t>(i));
  return idioms;
}

}  // namespace tenon::cpu
