// SPDX-License-Identifier: Apache-2.0
#include "mat_mul.h"

#include <fmt/format.h>

namespace tenon::kernelgen {
namespace {

bool is_one(const Expr& extent) { return extent.is_constant() && extent.constant() == 1; }

// Batch axes of an operand, led by ones up to the output's count.
std::vector<Expr> aligned(ExprPool& pool, std::span<const Expr> dims, size_t matrix, size_t count) {
  const size_t own = dims.size() > matrix ? dims.size() - matrix : 0;
  std::vector<Expr> all(count - std::min(count, own), pool.integer(1));
  for (size_t i = 0; i < own; ++i) all.push_back(dims[i]);
  return all;
}

// Rows of every batch are rows of one matrix when B is the same for all.
void merge_batch(ProductSizes& sizes) {
  for (size_t i = 0; i < sizes.batch.size(); ++i) {
    if (!is_one(sizes.b_batch[i]) || !sizes.a_batch[i].same(sizes.batch[i])) return;
  }
  for (const Expr& extent : sizes.batch) sizes.rows = sizes.rows * extent;
  sizes.batch.clear();
  sizes.a_batch.clear();
  sizes.b_batch.clear();
}

}  // namespace

Result<ProductSizes> product_sizes(const Work& work) {
  const std::vector<Expr> a = work.input_dims(0);
  const std::vector<Expr> b = work.input_dims(1);
  if (a.empty() || b.empty()) return work.refuse("an operand of rank 0");
  ExprPool& pool = work.island().pool();
  ProductSizes sizes;
  sizes.rows = a.size() == 1 ? pool.integer(1) : a[a.size() - 2];
  sizes.columns = b.size() == 1 ? pool.integer(1) : b.back();
  sizes.depth = a.back();
  const size_t matrix = (a.size() == 1 ? 0u : 1u) + (b.size() == 1 ? 0u : 1u);
  std::vector<Expr> out = work.output_dims();
  if (out.size() < matrix) return work.refuse("output of too low a rank");
  out.resize(out.size() - matrix);
  sizes.batch = out;
  sizes.a_batch = aligned(pool, a, 2, out.size());
  sizes.b_batch = aligned(pool, b, 2, out.size());
  if (sizes.a_batch.size() != out.size() || sizes.b_batch.size() != out.size()) {
    return work.refuse("batch axes of the operands do not match the output's");
  }
  merge_batch(sizes);
  return sizes;
}

Value batch_index(Draft& draft, std::span<const Expr> own, std::span<const Expr> batch,
                  std::span<const Value> at, Value flat) {
  kir::Builder& b = draft.builder();
  bool is_same = true;
  for (size_t i = 0; i < own.size(); ++i) is_same = is_same && own[i].same(batch[i]);
  if (is_same) return flat;
  Value index = b.integer(0);
  for (size_t i = 0; i < own.size(); ++i) {
    if (is_one(own[i])) continue;
    const Value extent = draft.argument(own[i]);
    const Value coordinate =
        own[i].same(batch[i]) ? at[i] : b.select(extent == 1, b.integer(0), at[i]);
    index = index * extent + coordinate;
  }
  return index;
}

Value load_factor(kir::Tensor from, Value index, Type type, Value inside) {
  return kir::convert(kir::load_element(from, index, inside), type);
}

}  // namespace tenon::kernelgen
