// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/expr.h"
#include "tenon/dtype.h"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

// Facts about the operations of expressions, in one table: what each is called, how many operands
// it takes and which types it works on. [any thread]
namespace tenon {

enum class ExprClass : uint8_t {
  unknown,
  leaf,
  arithmetic,  // any type, gives the type of its operands
  bitwise,     // bool and integers
  floating,    // floats only
  comparison,  // any type, gives bool
  test,        // floats, gives bool
  conversion,  // CAST, BITCAST
  choice,      // SELECT
};

struct ExprOp {
  std::string_view name;
  ExprClass kind = ExprClass::unknown;
  uint8_t operands = 0;  // 0 for leaves; LOAD's are optional
};

constexpr size_t expr_op_count = TENON_EXPR_SELECT + 1;
constexpr size_t expr_type_count = TENON_TYPE_F64 + 1;

constexpr std::array<ExprOp, expr_op_count> make_expr_ops() {
  std::array<ExprOp, expr_op_count> ops;
  constexpr std::string_view leaves[] = {"const", "symbol", "coord", "linear", "load"};
  constexpr std::string_view unary[] = {
      "neg",  "abs",   "not",   "floor", "ceil", "round", "trunc", "sqrt", "exp",
      "log",  "sin",   "cos",   "tan",   "asin", "acos",  "atan",  "sinh", "cosh",
      "tanh", "asinh", "acosh", "atanh", "erf",  "isnan", "isinf", "cast", "bitcast"};
  constexpr std::string_view binary[] = {"add", "sub", "mul", "div", "rem", "mod", "floordiv",
                                         "min", "max", "pow", "and", "or",  "xor", "shl",
                                         "shr", "lt",  "le",  "eq",  "ne"};
  for (size_t i = 0; i < std::size(leaves); ++i) ops[i] = {leaves[i], ExprClass::leaf, 0};
  for (size_t i = 0; i < std::size(unary); ++i) {
    ops[TENON_EXPR_NEG + i] = {unary[i], ExprClass::floating, 1};
  }
  for (size_t i = 0; i < std::size(binary); ++i) {
    ops[TENON_EXPR_ADD + i] = {binary[i], ExprClass::arithmetic, 2};
  }
  ops[TENON_EXPR_NEG].kind = ops[TENON_EXPR_ABS].kind = ExprClass::arithmetic;
  ops[TENON_EXPR_NOT].kind = ExprClass::bitwise;
  ops[TENON_EXPR_ISNAN].kind = ops[TENON_EXPR_ISINF].kind = ExprClass::test;
  ops[TENON_EXPR_CAST].kind = ops[TENON_EXPR_BITCAST].kind = ExprClass::conversion;
  for (size_t i = TENON_EXPR_AND; i <= TENON_EXPR_SHR; ++i) ops[i].kind = ExprClass::bitwise;
  for (size_t i = TENON_EXPR_LT; i <= TENON_EXPR_NE; ++i) ops[i].kind = ExprClass::comparison;
  ops[TENON_EXPR_SELECT] = {"select", ExprClass::choice, 3};
  return ops;
}

inline constexpr std::array<ExprOp, expr_op_count> expr_ops = make_expr_ops();

// Facts of any number; an unknown one has kind unknown.
constexpr const ExprOp& expr_op(uint16_t op) {
  constexpr const ExprOp& unknown = expr_ops[expr_op_count - 2];
  return op < expr_op_count ? expr_ops[op] : unknown;
}

constexpr std::string_view name_of(Type type) {
  constexpr std::string_view names[] = {"bool", "i32", "u32", "i64", "u64", "f32", "f64"};
  const auto index = static_cast<size_t>(type);
  return index < std::size(names) ? names[index] : "unknown";
}

constexpr unsigned bits_of(Type type) {
  constexpr unsigned bits[] = {1, 32, 32, 64, 64, 32, 64};
  const auto index = static_cast<size_t>(type);
  return index < std::size(bits) ? bits[index] : 0;
}

// Whether a row keeps every rule of the language: operands present and smaller than `id`, known
// operation and type, types that fit. Rows before `id` must have passed.
bool is_valid_row(std::span<const tenon_expr> rows, size_t id);

// The ids that `root` needs, itself included, ascending: operands come before their users.
std::vector<int32_t> needed_rows(std::span<const tenon_expr> rows, int32_t root);

}  // namespace tenon
