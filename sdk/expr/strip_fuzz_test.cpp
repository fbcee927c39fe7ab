// SPDX-License-Identifier: Apache-2.0
#include "tenon/expr.h"
#include "tenon/expr_ops.h"
#include "tenon/strip_vm.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>

namespace tenon {
namespace {

// Three operands and the shape of an output, for expressions that nobody thought of.
struct World {
  std::vector<int64_t> dims;
  std::vector<int64_t> symbols{3, 7, -2};
  std::vector<float> x;
  std::vector<int32_t> n;
  std::vector<uint8_t> flags;

  explicit World(std::mt19937_64& random) {
    const size_t rank = random() % 5 == 0 ? random() % 3 : 3;
    for (size_t i = 0; i < rank; ++i) dims.push_back(static_cast<int64_t>(1 + random() % 13));
    // Half of those that have all axes fall into groups along the last one.
    if (rank == 3 && random() % 2 == 0) dims.back() = 16 * static_cast<int64_t>(1 + random() % 4);
    for (int i = 0; i < 200; ++i) {
      x.push_back(static_cast<float>(static_cast<int64_t>(random() % 2001) - 1000) / 64);
      n.push_back(static_cast<int32_t>(random() % 41) - 20);
      flags.push_back(static_cast<uint8_t>(random() % 2));
    }
  }

  int64_t elements() const {
    int64_t count = 1;
    for (const int64_t dim : dims) count *= dim;
    return count;
  }

  std::vector<StripOperand> operands() const {
    return {{x.data(), DType::f32, static_cast<int64_t>(x.size())},
            {n.data(), DType::i32, static_cast<int64_t>(n.size())},
            {flags.data(), DType::boolean, static_cast<int64_t>(flags.size())}};
  }

  int64_t coordinate(int64_t axis, int64_t linear) const {
    for (size_t d = dims.size(); d-- > 0; linear /= dims[d]) {
      if (static_cast<int64_t>(d) == axis) return linear % dims[d];
    }
    return 0;
  }

  int64_t element(int64_t operand, int64_t index) const {
    if (index < 0 || index >= 200) return 0;
    const auto i = static_cast<size_t>(index);
    if (operand == 0) return std::bit_cast<int64_t>(static_cast<double>(x[i]));
    return operand == 1 ? n[i] : flags[i];
  }
};

// The plainest evaluator: one element, row by row.
int64_t value_at(const World& world, const ExprPool& pool, ExprId root, int64_t linear) {
  std::vector<int64_t> values(static_cast<size_t>(root) + 1);
  const auto value = [&](ExprId id) { return id < 0 ? 0 : values[static_cast<size_t>(id)]; };
  for (const ExprId id : needed_rows(pool.rows(), root)) {
    const tenon_expr& row = pool.row(id);
    int64_t& result = values[static_cast<size_t>(id)];
    switch (row.op) {
      case TENON_EXPR_CONST:
        result = row.k;
        break;
      case TENON_EXPR_SYMBOL:
        result = world.symbols[static_cast<size_t>(row.k)];
        break;
      case TENON_EXPR_COORD:
        result = world.coordinate(row.k, linear);
        break;
      case TENON_EXPR_LINEAR:
        result = linear;
        break;
      case TENON_EXPR_LOAD:
        result = row.b >= 0 && value(row.b) == 0
                     ? value(row.c)
                     : world.element(row.k, row.a < 0 ? linear : value(row.a));
        break;
      default:
        result = fold(row.op, static_cast<Type>(row.type), static_cast<Type>(pool.row(row.a).type),
                      value(row.a), value(row.b), value(row.c), true);
    }
  }
  return values[static_cast<size_t>(root)];
}

Expr random_expression(ExprPool& pool, std::mt19937_64& random, bool floats) {
  std::vector<Expr> made = {
      pool.load(0, Type::f32), pool.load(1, Type::i32), pool.load(2, Type::boolean),
      pool.symbol(0),          pool.symbol(2),          pool.coordinate(0),
      pool.coordinate(1),      pool.coordinate(2),      pool.linear(),
      pool.integer(-3),        pool.integer(5),         pool.real(1.75)};
  // Blocks along the last axis, and what is the same in them.
  if (random() % 2 == 0) {
    const int64_t block = int64_t{2} << random() % 4;
    const Expr place = pool.coordinate(2) % block;
    made.push_back(place);
    made.push_back(floor_div(pool.coordinate(2), pool.integer(block)));
    made.push_back(place / (block / 2));
    made.push_back(pool.load(1, Type::i32, made.back() + pool.coordinate(1)));
    made.push_back(pool.integer(block));
  }
  const auto any = [&] { return made[random() % made.size()]; };
  for (int i = 0; i < 12; ++i) {
    Expr e;
    switch (random() % 8) {
      case 0:
        e = pool.unary(static_cast<uint16_t>(TENON_EXPR_NEG + random() % 25), any());
        break;
      case 1:
        e = select(any(), any(), any());
        break;
      case 2:
        e = pool.cast(any(), static_cast<Type>(random() % 7));
        break;
      case 3: {
        const auto operand = static_cast<int64_t>(random() % 3);
        const Type types[] = {Type::f32, Type::i32, Type::boolean};
        e = pool.load(operand, types[operand], pool.cast(any(), Type::i64),
                      random() % 2 == 0 ? any() : Expr(), random() % 2 == 0 ? any() : Expr());
        break;
      }
      default:
        e = pool.binary(static_cast<uint16_t>(TENON_EXPR_ADD + random() % 19), any(), any());
    }
    made.push_back(e);
  }
  return pool.cast(made.back(), floats ? Type::f64 : Type::i64);
}

TEST(StripProgram, computes_random_expressions_as_a_plain_evaluator_does) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 6000; ++round) {
    const World world(random);
    ExprPool pool;
    const bool floats = random() % 2 == 0;
    const Expr e = random_expression(pool, random, floats);
    const Result<StripProgram> program = StripProgram::compile(pool.rows(), e.id(), 3);
    ASSERT_TRUE(program.ok()) << program.status().message();
    std::vector<int64_t> out(static_cast<size_t>(world.elements()));
    int64_t middle = static_cast<int64_t>(random() % static_cast<uint64_t>(world.elements()));
    if (random() % 2 == 0) middle = middle / 16 * 16;
    for (const auto& [from, to] : {std::pair<int64_t, int64_t>{0, middle},
                                   std::pair<int64_t, int64_t>{middle, world.elements()}}) {
      program->run(world.operands(), world.symbols, world.dims, floats ? DType::f64 : DType::i64,
                   out.data(), from, to);
    }
    for (int64_t i = 0; i < world.elements(); ++i) {
      const int64_t expected = value_at(world, pool, e.id(), i);
      const int64_t found = out[static_cast<size_t>(i)];
      const bool both_nan = floats && std::isnan(std::bit_cast<double>(expected)) &&
                            std::isnan(std::bit_cast<double>(found));
      // Which zero MIN and MAX give is left open.
      const bool both_zero =
          floats && std::bit_cast<double>(expected) == 0.0 && std::bit_cast<double>(found) == 0.0;
      ASSERT_TRUE(expected == found || both_nan || both_zero)
          << "round " << round << " element " << i << " of " << world.elements() << ": " << found
          << " instead of " << expected << "\n"
          << to_text(pool.rows(), e.id());
    }
  }
}

// Values of rows as the language states them, before anything is simplified.
TEST(ExprPool, simplifies_without_changing_values) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 3000; ++round) {
    std::vector<tenon_expr> rows;
    for (int64_t s = 0; s < 3; ++s) {
      rows.push_back({TENON_EXPR_SYMBOL, TENON_TYPE_I64, -1, -1, -1, s});
    }
    rows.push_back(
        {TENON_EXPR_CONST, TENON_TYPE_I64, -1, -1, -1, static_cast<int64_t>(random() % 9) - 2});
    rows.push_back({TENON_EXPR_CONST, TENON_TYPE_I64, -1, -1, -1, 4});
    for (int i = 0; i < 14; ++i) {
      constexpr uint16_t ops[] = {
          TENON_EXPR_ADD, TENON_EXPR_SUB, TENON_EXPR_MUL,      TENON_EXPR_ADD, TENON_EXPR_DIV,
          TENON_EXPR_REM, TENON_EXPR_MOD, TENON_EXPR_FLOORDIV, TENON_EXPR_MIN, TENON_EXPR_MAX};
      const auto operand = [&] { return static_cast<int32_t>(random() % rows.size()); };
      rows.push_back({ops[random() % std::size(ops)], TENON_TYPE_I64, operand(), operand(), -1, 0});
    }
    const auto root = static_cast<ExprId>(rows.size() - 1);
    ExprPool pool;
    const Expr simple = pool.copy(rows, root);
    for (int trial = 0; trial < 4; ++trial) {
      const std::vector<int64_t> symbols = {static_cast<int64_t>(1 + random() % 6),
                                            static_cast<int64_t>(1 + random() % 6),
                                            static_cast<int64_t>(1 + random() % 6)};
      // Sizes are taken not to overflow; products of twelve operands might.
      const int64_t expected = *evaluate(rows, root, symbols);
      if (expected > 1000000000 || expected < -1000000000) continue;
      ASSERT_EQ(*evaluate(pool.rows(), simple.id(), symbols), expected)
          << to_text(rows, root) << "\n"
          << to_text(pool.rows(), simple.id());
    }
  }
}

}  // namespace
}  // namespace tenon
