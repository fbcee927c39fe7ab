// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/expr.h"

#include <optional>
#include <vector>

// Turns a row into the simplest equal row of a pool: what ExprPool::make() does. Borrowed pool, one
// object a call.
namespace tenon {

// coefficient * product of rows, sorted; no factor is a constant.
struct Term {
  std::vector<ExprId> factors;
  int64_t coefficient = 0;
};

// A sum of terms with distinct factors, sorted by them, and a constant: the canonical form of i64.
// All of it wraps.
struct Sum {
  std::vector<Term> terms;
  int64_t constant = 0;
};

class Simplifier {
 public:
  explicit Simplifier(ExprPool& pool) : pool_(pool) {}
  ExprId make(tenon_expr row);

 private:
  using Found = std::optional<ExprId>;

  const tenon_expr& row(ExprId id) const { return pool_.row(id); }
  Type type(ExprId id) const { return static_cast<Type>(row(id).type); }
  bool is_constant(ExprId id) const { return id >= 0 && row(id).op == TENON_EXPR_CONST; }
  bool is(ExprId id, double value) const;
  bool reads(ExprId id) const { return pool_.reads_[static_cast<size_t>(id)]; }
  ExprId constant(int64_t k, Type type);
  ExprId make(uint16_t op, Type type, ExprId a, ExprId b = no_expr, ExprId c = no_expr);

  // simplify.cpp: one family of rows each.
  tenon_expr normal(tenon_expr row) const;
  ExprId leaf(tenon_expr row);
  Found fold_constants(const tenon_expr& row);
  Found unary(const tenon_expr& row);
  Found conversion(const tenon_expr& row);
  Found select(const tenon_expr& row);
  Found logic(const tenon_expr& row);
  Found equality(const tenon_expr& row);
  Found identity(const tenon_expr& row);
  Found same_operands(const tenon_expr& row);

  // linear.cpp: i64 as sums of products.
  Sum sum_of(ExprId id, int depth) const;
  void multiply(Sum& result, ExprId a, ExprId b, int depth) const;
  ExprId row_of(const Sum& sum);
  ExprId row_of(const std::vector<ExprId>& factors, int64_t coefficient);
  Found linear(const tenon_expr& row);
  Found divide(const tenon_expr& row);
  Found divide_by_constant(const tenon_expr& row, Sum sum, int64_t divisor);
  Found divide_by_symbols(const tenon_expr& row, const Sum& sum);
  Found remainder(const tenon_expr& row);
  Found compare(const tenon_expr& row);

  ExprPool& pool_;
};

}  // namespace tenon
