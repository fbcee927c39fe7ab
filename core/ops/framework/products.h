// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

#include <vector>

// Shape rules of matrices.
namespace tenon::ops {

// Dims of numpy.matmul: leading axes broadcast; a vector is a row on the left, a column on the
// right.
Result<std::vector<Expr>> product_dims(InferContext& c, std::vector<Expr> a, std::vector<Expr> b);

// Input 0 is a square matrix or many of them.
Status require_square(InferContext& c);

}  // namespace tenon::ops
