// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/expr.h"
#include "tenon/dtype.h"
#include "tenon/status.h"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

// Building, reading, printing and evaluating expressions (abi/draft/expr.h states their meaning).
// A pool owns rows and hash-conses them: equal expressions have equal ids, so sizes can be compared
// by id. An Expr is a cheap handle into a pool and must not outlive it. Not thread safe.
namespace tenon {

using ExprId = int32_t;
constexpr ExprId no_expr = -1;

class ExprPool;

// A handle with the operators of the language. Mixed types are widened
// (bool < i32 < u32 < i64 < u64 < f32 < f64); a constant takes the type of the other side.
class Expr {
 public:
  Expr() = default;
  Expr(ExprPool& pool, ExprId id) : pool_(&pool), id_(id) {}

  bool valid() const { return pool_ != nullptr && id_ >= 0; }
  ExprId id() const { return id_; }
  ExprPool& pool() const { return *pool_; }
  Type type() const;
  uint16_t op() const;
  // An integer or bool constant.
  bool is_constant() const;
  int64_t constant() const;       // promised only when is_constant() and the type is no float
  double float_constant() const;  // of any constant
  bool same(const Expr& other) const { return id_ == other.id_; }

 private:
  ExprPool* pool_ = nullptr;
  ExprId id_ = no_expr;
};

class ExprPool {
 public:
  ExprPool() = default;
  // Takes rows that came from elsewhere; they must have passed the checker.
  explicit ExprPool(std::span<const tenon_expr> rows);

  std::span<const tenon_expr> rows() const { return rows_; }
  const tenon_expr& row(ExprId id) const { return rows_[static_cast<size_t>(id)]; }

  // The row, simplified: constants are folded, i64 sums of products are put into one canonical
  // order, x+0, x*1, select(true, ..) and the like disappear. Operands must be ids of this pool.
  // Sizes and positions (i64 without LOAD) are taken not to overflow, and symbols that divide them
  // not to be zero: (4*a)/4 is a and (n*c)/n is c.
  ExprId make(tenon_expr row);

  Expr integer(int64_t value, Type type = Type::i64);
  Expr real(double value, Type type = Type::f32);
  Expr boolean(bool value);
  Expr symbol(int64_t index, Type type = Type::i64);
  Expr coordinate(int64_t axis);
  Expr linear();
  // Element `index` of operand `operand`; index invalid = LINEAR; when `inside` is given and false,
  // the element is `outside` (zero when invalid).
  Expr load(int64_t operand, Type type, Expr index = {}, Expr inside = {}, Expr outside = {});
  Expr unary(uint16_t op, Expr a);
  Expr binary(uint16_t op, Expr a, Expr b);  // widens both sides to one type
  Expr select(Expr condition, Expr yes, Expr no);
  Expr cast(Expr a, Type type);
  Expr bitcast(Expr a, Type type);

  // A copy of `root` of `from` in this pool. replace(row, copied operands) may return an Expr to
  // use instead of the row (invalid = keep); rows are visited once, operands first.
  struct Replace {
    virtual ~Replace() = default;
    virtual Expr operator()(const tenon_expr& row, Expr a, Expr b, Expr c) = 0;
  };
  Expr rewrite(std::span<const tenon_expr> from, ExprId root, Replace& replace);
  Expr copy(std::span<const tenon_expr> from, ExprId root);

 private:
  friend class Simplifier;
  ExprId intern(const tenon_expr& row);  // as it is
  struct Hash {
    size_t operator()(const tenon_expr& row) const;
  };
  struct Equal {
    bool operator()(const tenon_expr& a, const tenon_expr& b) const;
  };
  std::vector<tenon_expr> rows_;
  std::vector<bool> reads_;  // for each row: whether it depends on a LOAD
  std::unordered_map<tenon_expr, ExprId, Hash, Equal> ids_;
};

Expr operator-(Expr a);
Expr operator+(Expr a, Expr b);
Expr operator-(Expr a, Expr b);
Expr operator*(Expr a, Expr b);
Expr operator/(Expr a, Expr b);
Expr operator%(Expr a, Expr b);  // MOD: the sign of the divisor
Expr operator<(Expr a, Expr b);
Expr operator<=(Expr a, Expr b);
Expr operator>(Expr a, Expr b);
Expr operator>=(Expr a, Expr b);
Expr operator==(Expr a, Expr b);
Expr operator!=(Expr a, Expr b);
Expr operator&&(Expr a, Expr b);
Expr operator||(Expr a, Expr b);
Expr operator!(Expr a);
// The same with a number on one side; it takes the other side's type.
Expr operator+(Expr a, int64_t b);
Expr operator-(Expr a, int64_t b);
Expr operator*(Expr a, int64_t b);
Expr operator/(Expr a, int64_t b);
Expr operator%(Expr a, int64_t b);
Expr operator<(Expr a, int64_t b);
Expr operator<=(Expr a, int64_t b);
Expr operator>(Expr a, int64_t b);
Expr operator>=(Expr a, int64_t b);
Expr operator==(Expr a, int64_t b);
Expr operator!=(Expr a, int64_t b);
Expr floor_div(Expr a, Expr b);
Expr ceil_div(Expr a, Expr b);
Expr minimum(Expr a, Expr b);
Expr maximum(Expr a, Expr b);
Expr select(Expr condition, Expr yes, Expr no);

// Parses the text form into `pool`. Names stand for the given expressions. Operators by falling
// precedence: unary - !; **; * / %; + -; << >>; < <= > >=; == !=; &; ^; |; &&; ||; c ? a : b.
// Functions: abs neg not floor ceil round trunc sqrt exp log sin cos tan asin acos atan sinh cosh
// tanh asinh acosh atanh erf isnan isinf min max pow mod rem floordiv select; casts i32(x) f32(x)
// ...; coord(axis); linear; inf; nan; pi; true; false. A number without point or exponent takes the
// type of the other side. Errors name the column.
Result<Expr> parse_expr(ExprPool& pool, std::string_view text,
                        const std::map<std::string, Expr, std::less<>>& names);

// Names, functions and arrays of a language that extends the text form. What a function answers
// with nothing is looked up in the text form itself.
class ExprScope {
 public:
  using Answer = std::optional<Result<Expr>>;
  virtual ~ExprScope() = default;
  virtual Answer name(std::string_view name);
  virtual Answer call(std::string_view name, std::span<const Expr> arguments);     // name(a, b)
  virtual Answer element(std::string_view name, std::span<const Expr> arguments);  // name[a, b]
};

// Where a formula begins in a longer text, from 1; line 0: it is the whole text.
struct ExprPlace {
  int64_t line = 0;
  int64_t column = 1;
};

// The same with a scope. Errors name the place, those of the scope too.
Result<Expr> parse_expr(ExprPool& pool, std::string_view text, ExprScope& scope,
                        ExprPlace place = {});

// The text form; parses back to the same expression when names are given for loads ("x0", "x1" ...
// with "[index]") and symbols ("s0" ...).
std::string to_text(std::span<const tenon_expr> rows, ExprId root);

// Value of an expression without COORD, LINEAR and LOAD. Symbols missing from the span are an
// error. Integer results as they are; float results as bits of double.
Result<int64_t> evaluate(std::span<const tenon_expr> rows, ExprId root,
                         std::span<const int64_t> symbols);
// The same for an integer-valued tenon_dim (extent or ~row).
Result<int64_t> evaluate_dim(std::span<const tenon_expr> rows, int64_t dim,
                             std::span<const int64_t> symbols);

// Folds one operation on constants exactly as every backend must compute it. a, b, c as in
// tenon_expr.k. f32 results are rounded to f32 when `round_f32`.
int64_t fold(uint16_t op, Type type, Type operand_type, int64_t a, int64_t b, int64_t c,
             bool round_f32);

// True when the expression depends on no coordinate and no element: one value per run.
bool is_uniform(std::span<const tenon_expr> rows, ExprId root);

}  // namespace tenon
