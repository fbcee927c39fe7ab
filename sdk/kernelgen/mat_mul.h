// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "contract.h"

// The sizes of a MatMul node and where its operands' matrices lie; its two templates share them.
namespace tenon::kernelgen {

// The product as [batch, rows, depth] x [batch, depth, columns].
struct ProductSizes {
  std::vector<Expr> batch;    // of the output
  std::vector<Expr> a_batch;  // aligned with it, 1 where missing
  std::vector<Expr> b_batch;
  Expr rows, columns, depth;
};

Result<ProductSizes> product_sizes(const Work& work);

// Where an operand's matrix of a batch lies, in matrices. at: coordinates of the batch.
Value batch_index(Draft& draft, std::span<const Expr> own, std::span<const Expr> batch,
                  std::span<const Value> at, Value flat);

// The element in the type of the sums: integers of the operands may be narrower.
Value load_factor(kir::Tensor from, Value index, Type type, Value inside = {});

// For devices with shared memory of their own.
Kernels mat_mul_staged(const Work& work, const ProductSizes& sizes);

}  // namespace tenon::kernelgen
