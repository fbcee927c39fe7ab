// SPDX-License-Identifier: Apache-2.0
#include "strip_rates.h"

#include <algorithm>
#include <bit>

namespace tenon::strip {
namespace {

// How a row goes along the innermost axis, by powers of two.
struct Pace {
  int constant = 0;  // the same in aligned groups of 2^constant
  int counting = 0;  // in aligned groups of 2^counting it counts up from a multiple of that
};

constexpr int always = 62;

// The exponent of a power of two, or -1.
int exponent_of(const tenon_expr& row) {
  const bool power =
      row.op == TENON_EXPR_CONST && row.k > 0 && std::has_single_bit(static_cast<uint64_t>(row.k));
  return power && row.type == TENON_TYPE_I64 ? std::countr_zero(static_cast<uint64_t>(row.k)) : -1;
}

class Finder {
 public:
  Finder(const ExprPool& pool, std::span<const ExprId> ids, const std::vector<bool>& uniform)
      : pool_(pool), ids_(ids), uniform_(uniform), paces_(ids.size()) {}

  Rates find() {
    Rates rates;
    for (const ExprId id : ids_) {
      const tenon_expr& row = pool_.row(id);
      if (row.op == TENON_EXPR_COORD) rates.axis = std::max(rates.axis, row.k);
    }
    for (size_t i = 0; i < ids_.size(); ++i) paces_[i] = pace(i, rates.axis);
    for (const int cut : cuts_) {
      if (cut <= most_rate) rates.largest = std::max(rates.largest, cut);
    }
    rates.multiple = int64_t{1} << rates.largest;
    for (const Pace& pace : paces_) {
      rates.of.push_back(std::min(pace.constant, rates.largest));
    }
    return rates;
  }

 private:
  const Pace& at(ExprId id) const {
    return paces_[static_cast<size_t>(std::ranges::lower_bound(ids_, id) - ids_.begin())];
  }

  Pace pace(size_t i, int64_t innermost) {
    const tenon_expr& row = pool_.row(ids_[i]);
    if (uniform_[i]) return {always, 0};
    if (row.op == TENON_EXPR_COORD) return row.k == innermost ? Pace{0, always} : Pace{always, 0};
    if (row.op == TENON_EXPR_LINEAR || (row.op == TENON_EXPR_LOAD && row.a < 0)) return {};
    Pace result = {always, 0};
    for (const ExprId operand : {row.a, row.b, row.c}) {
      if (operand >= 0) result.constant = std::min(result.constant, at(operand).constant);
    }
    const int exponent = row.b >= 0 ? exponent_of(pool_.row(row.b)) : -1;
    if (exponent < 0 || row.type != TENON_TYPE_I64) return result;
    // What counts up from zero is never negative, so all ways of dividing are one.
    const Pace& a = at(row.a);
    switch (row.op) {
      case TENON_EXPR_DIV:
      case TENON_EXPR_FLOORDIV:
        if (a.counting > 0) {
          result.constant = std::min(exponent, a.counting);
          cuts_.push_back(result.constant);
        }
        break;
      case TENON_EXPR_MOD:
      case TENON_EXPR_REM:
        result.counting = std::min(exponent, a.counting);
        break;
      default:
        break;
    }
    return result;
  }

  const ExprPool& pool_;
  std::span<const ExprId> ids_;
  const std::vector<bool>& uniform_;
  std::vector<Pace> paces_;
  std::vector<int> cuts_;
};

}  // namespace

Rates rates_of(const ExprPool& pool, std::span<const ExprId> ids,
               const std::vector<bool>& uniform) {
  return Finder(pool, ids, uniform).find();
}

}  // namespace tenon::strip
