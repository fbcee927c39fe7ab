// SPDX-License-Identifier: Apache-2.0
#include "tenon/expr.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace tenon {
namespace {

using Names = std::map<std::string, Expr, std::less<>>;

struct Texts {
  ExprPool pool;
  Names names{{"x", pool.load(0, Type::f32)},  {"x0", pool.load(0, Type::f32)},
              {"x1", pool.load(1, Type::f32)}, {"n", pool.load(2, Type::i32)},
              {"x2", pool.load(2, Type::i32)}, {"x3", pool.load(3, Type::boolean)},
              {"s0", pool.symbol(0)},          {"s1", pool.symbol(1)},
              {"alpha", pool.real(0.25)},      {"x4", pool.load(4, Type::u64)},
              {"x5", pool.load(5, Type::f64)}};

  std::string read(std::string_view text) {
    const Result<Expr> e = parse_expr(pool, text, names);
    return e.ok() ? to_text(pool.rows(), e->id()) : std::string(e.status().message());
  }
};

TEST(ParseExpr, keeps_precedence) {
  Texts t;
  EXPECT_EQ(t.read("x + x1 * 2"), "x0 + x1 * 2.0");
  EXPECT_EQ(t.read("(x + x1) * 2"), "(x0 + x1) * 2.0");
  EXPECT_EQ(t.read("-x ** 2"), "-x0 ** 2.0");
  EXPECT_EQ(t.read("x - (x1 - 1)"), "x0 - (x1 - 1.0)");
  EXPECT_EQ(t.read("x < 0 ? alpha * x : x"), "x0 < 0.0 ? x0 * 0.25 : x0");
  EXPECT_EQ(t.read("x > 1 && x <= 2 || x == 5"), "1.0 < x0 && x0 <= 2.0 || x0 == 5.0");
  EXPECT_EQ(t.read("n & 3 | n ^ 1 << 2"), "x2 & 3 | x2 ^ 4");
  EXPECT_EQ(t.read("2 ** 3 ** 2"), "512");
  EXPECT_EQ(t.read("7 / 2 + 7 % 4"), "6");
}

TEST(ParseExpr, knows_functions_and_constants) {
  Texts t;
  EXPECT_EQ(t.read("max(x, 0) + min(x, 1, x1)"), "max(x0, 0.0) + min(x1, min(x0, 1.0))");
  EXPECT_EQ(t.read("x[linear + 1]"), "x0[linear + 1]");
  EXPECT_EQ(t.read("x[coord(0), coord(0) < 3, 1]"), "x0[coord(0), coord(0) < 3, 1.0]");
  EXPECT_EQ(t.read("f32(n) * inf"), "f32(x2) * inf");
  EXPECT_EQ(t.read("bitcast_i32(x) >> 3"), "bitcast_i32(x0) >> 3");
  EXPECT_EQ(t.read("floordiv(s0 + 1, 2)"), "floordiv(s0 + 1, 2)");
  EXPECT_EQ(t.read("not(n)"), "not(x2)");
  EXPECT_EQ(t.read("!x3"), "!x3");
  EXPECT_EQ(t.read("y = x * x; y + y * x"), "x0 * x0 + x0 * (x0 * x0)");
  EXPECT_EQ(t.read("sqrt(4)"), "2.0");
  EXPECT_EQ(t.read("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(t.read("18446744073709551615"), "u64(18446744073709551615)");
  EXPECT_EQ(t.read("1.5e-3"), "0.0015");
  EXPECT_EQ(t.read("s0 - 3"), "s0 - 3");
}

TEST(ParseExpr, names_the_column_of_what_is_wrong) {
  Texts t;
  EXPECT_EQ(t.read("x + y"), "formula column 5: unknown name \"y\"");
  EXPECT_EQ(t.read("foo(x)"), "formula column 1: unknown function \"foo\"");
  EXPECT_EQ(t.read("x +"), "formula column 4: found the end, expected a number, a name or \"(\"");
  EXPECT_EQ(t.read("(x"), "formula column 3: found the end, expected \")\"");
  EXPECT_EQ(t.read("x ? 1"), "formula column 6: found the end, expected \":\"");
  EXPECT_EQ(t.read("pow(x)"), "formula column 1: pow takes 2 operands, not 1");
  EXPECT_EQ(t.read("x x"), "formula column 3: found \"x\", expected an operator or the end");
  EXPECT_EQ(t.read("1.2.3"), "formula column 1: \"1.2.3\" is no number that can be held");
  EXPECT_EQ(t.read("s0[1]"), "formula column 1: \"s0\" is not an operand with elements");
  EXPECT_EQ(t.read("coord(-1)"), "formula column 1: coord takes one axis, a number from 0");
  EXPECT_EQ(t.read("bitcast_f64(x)"), "formula column 1: bitcast_f64 of a value of 32 bits");
}

TEST(ParseExpr, survives_deep_nesting) {
  Texts t;
  EXPECT_NE(t.read(std::string(100000, '(')).find("levels of nesting"), std::string::npos);
  EXPECT_NE(t.read(std::string(100000, '-') + "x").find("levels of nesting"), std::string::npos);
  std::string chain = "x";
  for (int i = 0; i < 3000; ++i) chain += " + x1 * x";
  EXPECT_TRUE(parse_expr(t.pool, chain, t.names).ok());
}

TEST(ToText, of_shared_parts_stays_short_and_reads_back) {
  Texts t;
  Expr e = t.names["x"];
  for (int i = 0; i < 60; ++i) e = e * e + e;
  const std::string text = to_text(t.pool.rows(), e.id());
  EXPECT_LT(text.size(), 5000u);
  const Result<Expr> back = parse_expr(t.pool, text, t.names);
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_TRUE(back->same(e));
}

TEST(ToText, of_deep_chains_reads_back) {
  Texts t;
  Expr e = t.names["x"];
  for (int i = 0; i < 2000; ++i) e = t.pool.unary(TENON_EXPR_SIN, e) - t.names["x1"];
  const Result<Expr> back = parse_expr(t.pool, to_text(t.pool.rows(), e.id()), t.names);
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_TRUE(back->same(e));
}

// Any expression that the pool makes is read back as itself.
TEST(ToText, of_random_expressions_reads_back) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 300; ++round) {
    Texts t;
    std::vector<Expr> made = {t.names["x"],  t.names["n"],       t.names["x3"],
                              t.names["s0"], t.pool.integer(-3), t.pool.real(2.5),
                              t.names["x4"], t.names["x5"],      t.pool.coordinate(1)};
    const auto any = [&] { return made[random() % made.size()]; };
    for (int i = 0; i < 25; ++i) {
      const uint64_t kind = random() % 10;
      Expr e;
      if (kind < 2) {
        e = t.pool.unary(static_cast<uint16_t>(TENON_EXPR_NEG + random() % 25), any());
      } else if (kind < 7) {
        e = t.pool.binary(static_cast<uint16_t>(TENON_EXPR_ADD + random() % 19), any(), any());
      } else if (kind < 8) {
        e = select(any(), any(), any());
      } else if (kind < 9) {
        e = t.pool.cast(any(), static_cast<Type>(random() % 7));
      } else {
        e = t.pool.load(0, Type::f32, any(), any(), any());
      }
      made.push_back(e);
    }
    const Expr last = made.back();
    const std::string text = to_text(t.pool.rows(), last.id());
    const Result<Expr> back = parse_expr(t.pool, text, t.names);
    ASSERT_TRUE(back.ok()) << text << ": " << back.status().message();
    ASSERT_TRUE(back->same(last)) << text << "\n" << to_text(t.pool.rows(), back->id());
  }
}

}  // namespace
}  // namespace tenon
