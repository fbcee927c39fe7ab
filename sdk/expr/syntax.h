// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/expr_ops.h"

#include <cstdint>
#include <string_view>

// The infix operators of the text form: what the parser reads and the printer writes.
namespace tenon::syntax {

struct Infix {
  std::string_view sign;
  int level;  // higher binds tighter
  uint16_t op;
  bool swapped = false;  // a > b is b < a
  bool logical = false;  // operands are made bool
};

constexpr int lowest_level = 1;
constexpr int highest_level = 11;
constexpr int power_level = 11;  // groups from the right
constexpr int unary_level = 12;

// Longer signs stand before their prefixes.
constexpr Infix infixes[] = {
    {"||", 1, TENON_EXPR_OR, false, true},
    {"&&", 2, TENON_EXPR_AND, false, true},
    {"**", 11, TENON_EXPR_POW},
    {"==", 6, TENON_EXPR_EQ},
    {"!=", 6, TENON_EXPR_NE},
    {"<<", 8, TENON_EXPR_SHL},
    {">>", 8, TENON_EXPR_SHR},
    {"<=", 7, TENON_EXPR_LE},
    {">=", 7, TENON_EXPR_LE, true},
    {"|", 3, TENON_EXPR_OR},
    {"^", 4, TENON_EXPR_XOR},
    {"&", 5, TENON_EXPR_AND},
    {"<", 7, TENON_EXPR_LT},
    {">", 7, TENON_EXPR_LT, true},
    {"+", 9, TENON_EXPR_ADD},
    {"-", 9, TENON_EXPR_SUB},
    {"*", 10, TENON_EXPR_MUL},
    {"/", 10, TENON_EXPR_DIV},
    {"%", 10, TENON_EXPR_MOD},
};

// How an operation on `type` is written between its operands; null for those written as functions.
constexpr const Infix* infix_of(uint16_t op, Type type) {
  const bool either = op == TENON_EXPR_AND || op == TENON_EXPR_OR;
  for (const Infix& infix : infixes) {
    const bool fits = !either || infix.logical == (type == Type::boolean);
    if (infix.op == op && !infix.swapped && fits) return &infix;
  }
  return nullptr;
}

}  // namespace tenon::syntax
