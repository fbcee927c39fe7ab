// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernels.h"

// MatMul's operands as matrices: vectors are matrices of one row or column, and leading axes
// broadcast.
namespace tenon::reference {

struct ProductSizes {
  int64_t rows = 1;
  int64_t inner = 1;
  int64_t columns = 1;
  // Leading axes of a, b and the output; borrowed from the sizes.
  std::span<const int64_t> a, b, batch;
};

Result<ProductSizes> product_sizes(const KernelSizes& sizes);

// Which matrix of an operand belongs to each matrix of the output; extents of 1 are repeated.
Result<std::vector<int64_t>> matrices_of(std::span<const int64_t> operand,
                                         std::span<const int64_t> output);

}  // namespace tenon::reference
