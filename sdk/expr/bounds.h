// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/expr.h"

#include <cstdint>
#include <unordered_map>

// What can be proved of integer expressions before their operands are known: between which numbers
// they lie and what they may be modulo 32. Borrowed pool; not thread safe.
namespace tenon {

struct Bound {
  int64_t low = INT64_MIN;
  int64_t high = INT64_MAX;
  uint32_t residues = UINT32_MAX;  // bit r: the number may be r modulo 32

  static Bound of(int64_t value);
  // Numbers from low to high.
  static Bound between(int64_t low, int64_t high);
  bool within(int64_t from, int64_t to) const { return low >= from && high <= to; }
  // The largest remainder of a division by a power of two of at most 32.
  int64_t largest_remainder(int64_t divisor) const;
};

class Bounds {
 public:
  explicit Bounds(const ExprPool& pool) : pool_(pool) {}

  // What is known of a row from elsewhere; before anything made of it is asked for.
  void give(Expr e, Bound bound) { known_.insert_or_assign(e.id(), bound); }
  // Everything, for expressions that are no integers.
  Bound of(Expr e) { return of(e.id()); }
  Bound of(ExprId id);

 private:
  Bound derive(const tenon_expr& row) const;
  const Bound& at(ExprId id) const { return known_.at(id); }

  const ExprPool& pool_;
  std::unordered_map<ExprId, Bound> known_;
};

// The expression with divisions, remainders and comparisons gone that bounds decide.
Expr simplify_within(ExprPool& pool, Expr e, Bounds& bounds);

}  // namespace tenon
