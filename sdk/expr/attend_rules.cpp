// SPDX-License-Identifier: Apache-2.0
#include "tenon/attend_rules.h"

#include "tenon/expr_ops.h"

#include <algorithm>
#include <cmath>

namespace tenon {
namespace {

constexpr int64_t most_buckets = 1024;
constexpr int64_t most_distance = int64_t{1} << 30;  // positions are of 32 bits

class Scope : public ExprScope {
 public:
  Scope(ExprPool& pool, const AttendNames& names, bool has_score)
      : pool_(pool), names_(names), has_score_(has_score) {}

  Answer name(std::string_view name) override {
    if (name == "s" && has_score_) return names_.s;
    if (name == "q") return names_.q;
    if (name == "k") return names_.k;
    if (name == "h") return names_.h;
    if (name == "seq") return names_.seq;
    return {};
  }

  Answer element(std::string_view name, std::span<const Expr> index) override {
    if (name == "table") return table(index);
    if (name != "prefix") return {};
    if (names_.prefix < 0) return Answer(invalid("there is no operand prefix"));
    if (index.size() != 1) return Answer(invalid("prefix has 1 axis, not {}", index.size()));
    return pool_.load(names_.prefix, names_.prefix_type, position(index[0]));
  }

  Answer call(std::string_view name, std::span<const Expr> arguments) override {
    if (name != "bucket") return {};
    if (arguments.size() != 4) {
      return Answer(invalid("bucket takes 4 operands, not {}", arguments.size()));
    }
    for (size_t i = 1; i < 4; ++i) {
      if (!arguments[i].is_constant()) {
        return Answer(invalid("operand {} of bucket is no constant integer", i));
      }
    }
    return bucket(position(arguments[0]), arguments[1].constant(), arguments[2].constant(),
                  arguments[3].constant() != 0);
  }

 private:
  Expr position(Expr number) { return pool_.cast(number, Type::i64); }

  Answer table(std::span<const Expr> index) {
    if (names_.table < 0) return Answer(invalid("there is no operand table"));
    if (index.size() != names_.table_dims.size()) {
      return Answer(invalid("table has {} axes, not {}", names_.table_dims.size(), index.size()));
    }
    Expr place = pool_.integer(0);
    for (size_t axis = 0; axis < index.size(); ++axis) {
      place = place * names_.table_dims[axis] + position(index[axis]);
    }
    return pool_.load(names_.table, names_.table_type, place);
  }

  // Half of the buckets are distances, the others grow with its logarithm: where each of them
  // begins is a number, so that no device rounds it differently.
  Answer bucket(Expr distance, int64_t count, int64_t far, bool both) {
    if (count < 2 || count > most_buckets || far < 2 || far > most_distance) {
      return Answer(invalid("bucket of {} up to a distance of {}", count, far));
    }
    const int64_t own = both ? count / 2 : count;
    const int64_t exact = own / 2;
    if (exact < 1 || far <= exact) {
      return Answer(invalid("bucket of {} up to a distance of {}", count, far));
    }
    const Expr zero = pool_.integer(0), one = pool_.integer(1);
    const Expr reach = both ? pool_.unary(TENON_EXPR_ABS, distance) : maximum(-distance, zero);
    Expr beyond = pool_.integer(exact);
    const double ratio = static_cast<double>(far) / static_cast<double>(exact);
    for (int64_t j = 1; j < own - exact; ++j) {
      const double share = static_cast<double>(j) / static_cast<double>(own - exact);
      const double begin = static_cast<double>(exact) * std::pow(ratio, share);
      beyond = beyond + select(reach >= static_cast<int64_t>(std::ceil(begin - 1e-6)), one, zero);
    }
    const Expr side = both ? select(distance > 0, pool_.integer(own), zero) : zero;
    return side + select(reach < exact, reach, beyond);
  }

  ExprPool& pool_;
  const AttendNames& names_;
  bool has_score_;
};

// Takes conditions k <= q + n and k >= q + n out of a mask; what is left, or an invalid Expr.
class Bounds {
 public:
  Bounds(ExprPool& pool, const AttendNames& names, AttendRules& rules)
      : pool_(pool), names_(names), rules_(rules) {}

  Expr rest(Expr condition) {
    if (condition.is_constant() && condition.constant() != 0) return {};
    const tenon_expr row = pool_.row(condition.id());
    if (row.op == TENON_EXPR_AND && condition.type() == Type::boolean) {
      const Expr a = rest(Expr(pool_, row.a));
      const Expr b = rest(Expr(pool_, row.b));
      return !a.valid() ? b : !b.valid() ? a : a && b;
    }
    const bool is_order = row.op == TENON_EXPR_LT || row.op == TENON_EXPR_LE;
    if (is_order && Expr(pool_, row.a).type() == Type::i64) {
      // less <= 0
      const Expr less = Expr(pool_, row.a) - Expr(pool_, row.b) + (row.op == TENON_EXPR_LT ? 1 : 0);
      if (take(less - (names_.k - names_.q), true)) return {};
      if (take(less - (names_.q - names_.k), false)) return {};
    }
    return condition;
  }

 private:
  // k - q + n <= 0, or q - k + n <= 0.
  bool take(Expr n, bool is_last) {
    if (!n.is_constant()) return false;
    const int64_t bound = std::clamp(n.constant(), -most_distance, most_distance);
    if (is_last) {
      rules_.last = std::min(rules_.last.value_or(most_distance), -bound);
    } else {
      rules_.first = std::max(rules_.first.value_or(-most_distance), bound);
    }
    return true;
  }

  ExprPool& pool_;
  const AttendNames& names_;
  AttendRules& rules_;
};

}  // namespace

Result<AttendRules> attend_rules(ExprPool& pool, std::string_view mask, std::string_view score,
                                 const AttendNames& names) {
  AttendRules rules;
  Scope in_mask(pool, names, false);
  const Result<Expr> seen = parse_expr(pool, mask, in_mask);
  if (!seen.ok()) return seen.status().at(fmt::format("mask \"{}\"", mask));
  if (seen->type() != Type::boolean) {
    return invalid("mask \"{}\" is no condition, but of type {}", mask, name_of(seen->type()));
  }
  rules.mask = Bounds(pool, names, rules).rest(*seen);
  Scope in_score(pool, names, true);
  const Result<Expr> changed = parse_expr(pool, score, in_score);
  if (!changed.ok()) return changed.status().at(fmt::format("score \"{}\"", score));
  rules.score = pool.cast(*changed, names.s.type());
  return rules;
}

}  // namespace tenon
