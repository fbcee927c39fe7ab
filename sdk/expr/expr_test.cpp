// SPDX-License-Identifier: Apache-2.0
#include "tenon/expr.h"
#include "tenon/expr_ops.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

namespace tenon {
namespace {

// A pool with three sizes and two operands.
struct Sizes {
  ExprPool pool;
  Expr a = pool.symbol(0), b = pool.symbol(1), c = pool.symbol(2);
  Expr x = pool.load(0, Type::f32), n = pool.load(1, Type::i32);
};

TEST(ExprSums, are_equal_in_any_order) {
  Sizes s;
  EXPECT_TRUE((s.a + s.b).same(s.b + s.a));
  EXPECT_TRUE((s.a + s.b + s.c).same(s.c + (s.b + s.a)));
  EXPECT_TRUE((s.a * s.b * s.c).same(s.c * (s.a * s.b)));
  EXPECT_TRUE(((s.a + s.b) * s.c).same(s.c * s.b + s.c * s.a));
}

TEST(ExprSums, cancel) {
  Sizes s;
  EXPECT_TRUE(((s.a + 3) * 2 - 6).same(s.a * 2));
  EXPECT_TRUE((s.a + s.b - s.a).same(s.b));
  EXPECT_EQ((s.a - s.a).constant(), 0);
  EXPECT_TRUE((-(s.a - s.b)).same(s.b - s.a));
  EXPECT_TRUE((s.a - (s.a - s.b)).same(s.b));
}

TEST(ExprSums, that_are_long_keep_their_value) {
  ExprPool pool;
  Expr sum = pool.integer(0);
  std::vector<int64_t> values;
  int64_t expected = 0;
  for (int64_t i = 0; i < 100; ++i) {
    sum = sum + pool.symbol(i) * (i + 1);
    values.push_back(i * i);
    expected += i * i * (i + 1);
  }
  EXPECT_EQ(*evaluate(pool.rows(), sum.id(), values), expected);
}

TEST(ExprQuotients, lose_what_divides) {
  Sizes s;
  const Expr four = s.pool.integer(4);
  EXPECT_TRUE(floor_div(s.a * 4, four).same(s.a));
  EXPECT_TRUE((s.a * 4 / 4).same(s.a));
  EXPECT_TRUE(floor_div(s.a * 4 + 7, four).same(s.a + 1));
  EXPECT_TRUE(floor_div(s.a * 6 + 2, four).same(floor_div(s.a * 3 + 1, s.pool.integer(2))));
  EXPECT_TRUE(floor_div(floor_div(s.a, four), four).same(floor_div(s.a, s.pool.integer(16))));
  EXPECT_TRUE((s.a * s.b * 4 / s.a).same(s.b * 4));
  EXPECT_TRUE(ceil_div(s.a, s.pool.integer(1)).same(s.a));
}

TEST(ExprQuotients, of_data_are_left_alone) {
  Sizes s;
  const Expr data = s.pool.load(0, Type::i64);
  EXPECT_FALSE((data * 4 / 4).same(data));
}

TEST(ExprRemainders, lose_what_divides) {
  Sizes s;
  EXPECT_EQ((s.a % 1).constant(), 0);
  EXPECT_EQ((s.a * 4 % 2).constant(), 0);
  EXPECT_TRUE(((s.a * 4 + s.b) % 4).same(s.b % 4));
  EXPECT_EQ((s.a * s.b % s.a).constant(), 0);
}

TEST(ExprComparisons, of_sums_that_differ_by_a_constant_are_decided) {
  Sizes s;
  EXPECT_EQ((s.a == s.a).constant(), 1);
  EXPECT_EQ((s.a + 1 == s.a).constant(), 0);
  EXPECT_EQ((s.a < s.a + 1).constant(), 1);
  EXPECT_TRUE(minimum(s.a, s.a + 2).same(s.a));
  EXPECT_TRUE(maximum(s.a, s.a).same(s.a));
  EXPECT_TRUE(minimum(s.x, s.x).same(s.x));
  EXPECT_FALSE((s.x == s.x).is_constant());  // it may be NaN
}

TEST(ExprSelect, disappears_when_decided) {
  Sizes s;
  EXPECT_TRUE(select(s.pool.boolean(true), s.a, s.b).same(s.a));
  EXPECT_TRUE(select(s.a < s.b, s.c, s.c).same(s.c));
  const Expr condition = s.x < s.x * 2;
  EXPECT_TRUE(select(condition, s.pool.boolean(true), s.pool.boolean(false)).same(condition));
  EXPECT_TRUE(select(!condition, s.a, s.b).same(select(condition, s.b, s.a)));
}

TEST(ExprCast, of_cast_is_one_cast_when_nothing_is_lost) {
  Sizes s;
  const auto cast = [&](Expr e, Type t) { return s.pool.cast(e, t); };
  EXPECT_TRUE(cast(cast(s.n, Type::i64), Type::i32).same(s.n));
  EXPECT_TRUE(cast(cast(s.n, Type::f64), Type::i32).same(s.n));
  EXPECT_FALSE(cast(cast(s.n, Type::f32), Type::i32).same(s.n));
  EXPECT_FALSE(cast(cast(s.n, Type::f64), Type::u32).same(cast(s.n, Type::u32)));
  EXPECT_EQ(cast(s.pool.real(-1.5), Type::u32).constant(), 0);
  EXPECT_EQ(cast(s.pool.real(NAN), Type::i32).constant(), 0);
  EXPECT_EQ(cast(s.pool.real(1e30), Type::i64).constant(), INT64_MAX);
}

TEST(ExprConstants, take_the_type_of_the_other_side) {
  Sizes s;
  EXPECT_EQ((s.x + 1).type(), Type::f32);
  EXPECT_EQ((s.n + 1).type(), Type::i32);
  EXPECT_EQ((s.n * s.pool.real(0.5)).type(), Type::f32);
  EXPECT_EQ((s.pool.load(0, Type::f64) * s.pool.real(0.5)).type(), Type::f64);
  EXPECT_EQ((s.n + s.a).type(), Type::i64);
  EXPECT_EQ((s.n + (int64_t{1} << 40)).type(), Type::i64);
}

TEST(ExprFloats, keep_the_sign_of_zero) {
  Sizes s;
  EXPECT_FALSE((s.x + s.pool.real(0.0)).same(s.x));
  EXPECT_TRUE((s.x - s.pool.real(0.0)).same(s.x));
  EXPECT_TRUE((s.x * 1).same(s.x));
  EXPECT_FALSE((s.x * 0).op() == TENON_EXPR_CONST);
  EXPECT_TRUE((s.x + s.pool.load(1, Type::f32)).same(s.pool.load(1, Type::f32) + s.x));
}

TEST(ExprLoad, is_equal_when_its_index_is_the_element) {
  Sizes s;
  EXPECT_TRUE(s.pool.load(0, Type::f32, s.pool.linear()).same(s.x));
  const Expr never = s.pool.boolean(false);
  EXPECT_EQ(s.pool.load(0, Type::f32, s.a, never).float_constant(), 0.0);
  EXPECT_TRUE(s.pool.load(0, Type::f32, s.a, never, s.x).same(s.x));
}

struct Folded {
  uint16_t op;
  Type type;
  int64_t a, b, expected;
};

TEST(Fold, follows_the_rules_of_integers) {
  constexpr int64_t least = INT64_MIN, least32 = INT32_MIN;
  const Folded cases[] = {
      {TENON_EXPR_DIV, Type::i64, -7, 2, -3},
      {TENON_EXPR_REM, Type::i64, -7, 2, -1},
      {TENON_EXPR_MOD, Type::i64, -7, 2, 1},
      {TENON_EXPR_MOD, Type::i64, 7, -2, -1},
      {TENON_EXPR_FLOORDIV, Type::i64, -7, 2, -4},
      {TENON_EXPR_DIV, Type::i64, 5, 0, 0},
      {TENON_EXPR_FLOORDIV, Type::i32, 5, 0, 0},
      {TENON_EXPR_MOD, Type::u64, 5, 0, 0},
      {TENON_EXPR_REM, Type::i32, 5, 0, 0},
      {TENON_EXPR_DIV, Type::i64, least, -1, least},
      {TENON_EXPR_DIV, Type::i32, least32, -1, least32},
      {TENON_EXPR_REM, Type::i64, least, -1, 0},
      {TENON_EXPR_DIV, Type::u64, -1, 2, INT64_MAX},
      {TENON_EXPR_ADD, Type::i32, INT32_MAX, 1, least32},
      {TENON_EXPR_SUB, Type::u32, 0, 1, int64_t{UINT32_MAX}},
      {TENON_EXPR_MUL, Type::i64, INT64_MAX, 2, -2},
      {TENON_EXPR_SHL, Type::i32, 1, 32, 0},
      {TENON_EXPR_SHL, Type::i32, 1, 31, least32},
      {TENON_EXPR_SHR, Type::i32, -1, 32, 0},
      {TENON_EXPR_SHR, Type::i32, -8, 1, -4},
      {TENON_EXPR_SHR, Type::u64, -1, 63, 1},
      {TENON_EXPR_SHL, Type::i64, 1, -1, 0},
      {TENON_EXPR_POW, Type::i32, 3, 4, 81},
      {TENON_EXPR_POW, Type::i32, 2, 32, 0},
      {TENON_EXPR_POW, Type::i64, 2, -1, 0},
      {TENON_EXPR_POW, Type::i64, -1, -3, -1},
      {TENON_EXPR_MAX, Type::u64, -1, 1, -1},
      {TENON_EXPR_MIN, Type::i64, -1, 1, -1},
      {TENON_EXPR_LT, Type::u64, 1, -1, 1},
      {TENON_EXPR_LE, Type::i64, 1, -1, 0},
      {TENON_EXPR_NOT, Type::boolean, 1, 0, 0},
      {TENON_EXPR_NOT, Type::u32, 0, 0, int64_t{UINT32_MAX}},
      {TENON_EXPR_ABS, Type::i64, least, 0, least},
      {TENON_EXPR_NEG, Type::i32, least32, 0, least32},
  };
  for (const Folded& c : cases) {
    EXPECT_EQ(fold(c.op, c.type, c.type, c.a, c.b, 0, false), c.expected)
        << expr_op(c.op).name << " " << name_of(c.type) << " " << c.a << " " << c.b;
  }
}

double folded(uint16_t op, double a, double b = 0) {
  return std::bit_cast<double>(fold(op, Type::f64, Type::f64, std::bit_cast<int64_t>(a),
                                    std::bit_cast<int64_t>(b), 0, false));
}

TEST(Fold, follows_the_rules_of_floats) {
  EXPECT_TRUE(std::isnan(folded(TENON_EXPR_MIN, NAN, 1)));
  EXPECT_TRUE(std::isnan(folded(TENON_EXPR_MIN, 1, NAN)));
  EXPECT_TRUE(std::isnan(folded(TENON_EXPR_MAX, 1, NAN)));
  EXPECT_EQ(folded(TENON_EXPR_ROUND, 2.5), 2);
  EXPECT_EQ(folded(TENON_EXPR_ROUND, -3.5), -4);
  EXPECT_EQ(folded(TENON_EXPR_MOD, -5.5, 2), 0.5);
  EXPECT_EQ(folded(TENON_EXPR_REM, -5.5, 2), -1.5);
  EXPECT_EQ(folded(TENON_EXPR_FLOORDIV, -5.5, 2), -3);
}

TEST(Fold, rounds_f32_when_asked) {
  const int64_t third = std::bit_cast<int64_t>(1.0 / 3.0);
  const auto value = [&](bool round) {
    return std::bit_cast<double>(fold(TENON_EXPR_NEG, Type::f32, Type::f32, third, 0, 0, round));
  };
  EXPECT_EQ(value(true), static_cast<double>(-1.0f / 3.0f));
  EXPECT_EQ(value(false), -1.0 / 3.0);
  const int64_t bits =
      fold(TENON_EXPR_BITCAST, Type::i32, Type::f32, std::bit_cast<int64_t>(-1.0), 0, 0, true);
  EXPECT_EQ(bits, int64_t{std::bit_cast<int32_t>(-1.0f)});
}

TEST(ExprCopy, of_the_own_pool_is_the_same_expression) {
  Sizes s;
  const Expr e = select(s.a < s.b, s.x * 2, s.x + s.pool.load(1, Type::f32, s.a * s.b));
  EXPECT_TRUE(s.pool.copy(s.pool.rows(), e.id()).same(e));
  ExprPool other;
  const Expr copy = other.copy(s.pool.rows(), e.id());
  EXPECT_EQ(to_text(other.rows(), copy.id()), to_text(s.pool.rows(), e.id()));
}

TEST(ExprRewrite, replaces_leaves) {
  Sizes s;
  struct Bind final : ExprPool::Replace {
    ExprPool* pool = nullptr;
    Expr operator()(const tenon_expr& row, Expr, Expr, Expr) override {
      return row.op == TENON_EXPR_SYMBOL ? pool->integer(row.k + 2) : Expr();
    }
  } bind;
  bind.pool = &s.pool;
  EXPECT_EQ(s.pool.rewrite(s.pool.rows(), (s.a * s.b + s.c).id(), bind).constant(), 10);
}

TEST(ExprPool, keeps_the_numbers_of_rows_it_is_given) {
  const tenon_expr rows[] = {{TENON_EXPR_CONST, TENON_TYPE_I64, -1, -1, -1, 5},
                             {TENON_EXPR_CONST, TENON_TYPE_I64, -1, -1, -1, 5},
                             {TENON_EXPR_ADD, TENON_TYPE_I64, 0, 1, -1, 0}};
  ExprPool pool(rows);
  ASSERT_EQ(pool.rows().size(), 3u);
  EXPECT_EQ(*evaluate(pool.rows(), 2, {}), 10);
  EXPECT_EQ(pool.integer(5).id(), 0);
}

TEST(Evaluate, names_what_has_no_value) {
  Sizes s;
  EXPECT_NE(evaluate(s.pool.rows(), s.b.id(), std::vector<int64_t>{1})
                .status()
                .message()
                .find("symbol 1 has no value"),
            std::string::npos);
  EXPECT_FALSE(evaluate(s.pool.rows(), s.x.id(), {}).ok());
  EXPECT_FALSE(evaluate(s.pool.rows(), 1000, {}).ok());
  EXPECT_FALSE(evaluate_dim(s.pool.rows(), INT64_MIN, {}).ok());
  EXPECT_EQ(*evaluate_dim(s.pool.rows(), 7, {}), 7);
  EXPECT_EQ(*evaluate_dim(s.pool.rows(), ~int64_t{s.a.id()}, std::vector<int64_t>{9}), 9);
}

TEST(IsUniform, depends_on_coordinates_and_elements) {
  Sizes s;
  EXPECT_TRUE(is_uniform(s.pool.rows(), (s.a * s.b).id()));
  EXPECT_FALSE(is_uniform(s.pool.rows(), (s.a + s.pool.coordinate(0)).id()));
  EXPECT_FALSE(is_uniform(s.pool.rows(), (s.x * s.pool.cast(s.a, Type::f32)).id()));
}

TEST(IsValidRow, refuses_what_breaks_a_rule) {
  const tenon_expr number{TENON_EXPR_CONST, TENON_TYPE_I64, -1, -1, -1, 5};
  const auto valid = [&](tenon_expr row) {
    const tenon_expr rows[] = {number, row};
    return is_valid_row(rows, 1);
  };
  EXPECT_TRUE(valid({TENON_EXPR_ADD, TENON_TYPE_I64, 0, 0, -1, 0}));
  EXPECT_FALSE(valid({TENON_EXPR_ADD, TENON_TYPE_I64, 0, 1, -1, 0}));
  EXPECT_FALSE(valid({TENON_EXPR_ADD, TENON_TYPE_I64, 0, -1, -1, 0}));
  EXPECT_FALSE(valid({TENON_EXPR_ADD, TENON_TYPE_I32, 0, 0, -1, 0}));
  EXPECT_FALSE(valid({TENON_EXPR_SQRT, TENON_TYPE_I64, 0, -1, -1, 0}));
  EXPECT_FALSE(valid({TENON_EXPR_LT, TENON_TYPE_I64, 0, 0, -1, 0}));
  EXPECT_FALSE(valid({TENON_EXPR_SELECT, TENON_TYPE_I64, 0, 0, 0, 0}));
  EXPECT_FALSE(valid({TENON_EXPR_BITCAST, TENON_TYPE_I32, 0, -1, -1, 0}));
  EXPECT_FALSE(valid({63, TENON_TYPE_I64, 0, -1, -1, 0}));
  EXPECT_FALSE(valid({TENON_EXPR_CONST, 7, -1, -1, -1, 0}));
  EXPECT_FALSE(valid({TENON_EXPR_LOAD, TENON_TYPE_F32, -1, 0, -1, 0}));
}

}  // namespace
}  // namespace tenon
