// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

// Finding the elements that are not zero, whose number is known only while running.
namespace tenon::ops {

struct Found {
  ValueId positions = no_id;  // row-major, as many as there are elements
  ValueId count = no_id;      // how many of them count: i64 [1]
};

Found find_nonzero(ExpandContext& c, ValueId x);

// Row-major positions [n] in a tensor of dims `dims` as coordinates [rank, n].
ValueId coordinates_of(ExpandContext& c, ValueId positions, const std::vector<Expr>& dims);

}  // namespace tenon::ops
