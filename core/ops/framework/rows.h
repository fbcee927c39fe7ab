// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/expr.h"

#include <vector>

// One expression cut out of its pool, so that it can be read while the pool grows. Values; owned
// by whoever asked.
namespace tenon {

struct Formula {
  std::vector<tenon_expr> rows;
  ExprId root = no_expr;
};

// The rows that `root` needs, operands before users.
Formula cut_out(const ExprPool& pool, ExprId root);

}  // namespace tenon
