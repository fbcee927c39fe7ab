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

// Up to so many rows are multiplied with matrices that are computed where they are read.
constexpr int64_t few_rows = 4;
// The node whose formula computes the right operand here, or null. Its readers then need no memory
// of it for few rows.
const tenon_node* right_source(const Work& work, const ProductSizes& sizes);
// The product of few rows with a matrix by its formula, which every element is computed from once.
Result<Kernels> mat_mul_by_formula(const Work& work, const ProductSizes& sizes,
                                   const tenon_node& source);

// For devices with shared memory of their own.
Kernels mat_mul_staged(const Work& work, const ProductSizes& sizes);

}  // namespace tenon::kernelgen
