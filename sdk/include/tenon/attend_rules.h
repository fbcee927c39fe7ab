// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/expr.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

// Who sees whom in an attention, and how its scores are changed, as texts of the language of
// expr.h with these names:
//   s       the scaled product of query and key (in the score only)
//   q, k    position of the query and of the key in their sequence
//   h, seq  head of the query; index of the sequence in the step
//   table[a, ..], prefix[seq]              numbers of the operands of these names
//   bucket(d, n, far, both)                one of n relative positions as T5 counts them: d is key
//                                          minus query, distances of `far` and more share one;
//                                          both: later keys have buckets of their own
// Kernels and the operator's shape rule read the texts with the same function. [any thread]
namespace tenon {

// What the names stand for; whoever computes the rules knows where they come from. Operands are
// those of LOAD, absent when negative.
struct AttendNames {
  Expr s;             // f32 or f64
  Expr q, k, h, seq;  // i64
  int64_t table = -1;
  Type table_type = Type::f32;
  std::vector<Expr> table_dims = {};
  int64_t prefix = -1;
  Type prefix_type = Type::i32;
};

struct AttendRules {
  // bool: whether the query sees the key. Invalid when the bounds say it all.
  Expr mask;
  Expr score;  // of the type of s
  // Keys that the mask never lets see: k > q + last and k < q + first.
  std::optional<int64_t> last = {};
  std::optional<int64_t> first = {};
};

Result<AttendRules> attend_rules(ExprPool& pool, std::string_view mask, std::string_view score,
                                 const AttendNames& names);

}  // namespace tenon
