// SPDX-License-Identifier: Apache-2.0
#include "contract.h"
#include "templates.h"

#include <fmt/format.h>

namespace tenon::kernelgen {
namespace {

// The product as [batch, rows, depth] x [batch, depth, columns].
struct Sizes {
  std::vector<Expr> batch;    // of the output
  std::vector<Expr> a_batch;  // aligned with it, 1 where missing
  std::vector<Expr> b_batch;
  Expr rows, columns, depth;
};

bool is_one(const Expr& extent) { return extent.is_constant() && extent.constant() == 1; }

// Batch axes of an operand, led by ones up to the output's count.
std::vector<Expr> aligned(ExprPool& pool, std::span<const Expr> dims, size_t matrix, size_t count) {
  const size_t own = dims.size() > matrix ? dims.size() - matrix : 0;
  std::vector<Expr> all(count - std::min(count, own), pool.integer(1));
  for (size_t i = 0; i < own; ++i) all.push_back(dims[i]);
  return all;
}

// Rows of every batch are rows of one matrix when B is the same for all.
void merge_batch(Sizes& sizes) {
  for (size_t i = 0; i < sizes.batch.size(); ++i) {
    if (!is_one(sizes.b_batch[i]) || !sizes.a_batch[i].same(sizes.batch[i])) return;
  }
  for (const Expr& extent : sizes.batch) sizes.rows = sizes.rows * extent;
  sizes.batch.clear();
  sizes.a_batch.clear();
  sizes.b_batch.clear();
}

Result<Sizes> sizes_of(const Work& work) {
  const std::vector<Expr> a = work.input_dims(0);
  const std::vector<Expr> b = work.input_dims(1);
  if (a.empty() || b.empty()) return work.refuse("an operand of rank 0");
  ExprPool& pool = work.island().pool();
  Sizes sizes;
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

// Where an operand's matrix of a batch lies, in matrices.
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

class MatMul {
 public:
  MatMul(const Work& work, Sizes sizes)
      : work_(work),
        sizes_(std::move(sizes)),
        pool_(work.island().pool()),
        shape_(tile_for(sizes_.rows, sizes_.columns)),
        draft_(work.island(), work.name(), {tile_threads(work.island().limits()), 1, 1}),
        b_(draft_.builder()) {}

  Kernels run() {
    left_ = work_.read(draft_, 0);
    right_ = work_.read(draft_, 1);
    to_ = work_.write(draft_);
    const Expr row_tiles = tiles(pool_, sizes_.rows, shape_.rows);
    const Expr column_tiles = tiles(pool_, sizes_.columns, shape_.columns);
    const Expr count = product(pool_, sizes_.batch) * row_tiles * column_tiles;
    const Value thread = b_.thread(0);
    b_.when(thread < draft_.argument(count), [&] {
      const Value across = draft_.argument(column_tiles);
      const Value rest = thread / across;
      const Value down = draft_.argument(row_tiles);
      tile(rest / down, (rest % down) * static_cast<double>(shape_.rows),
           (thread % across) * static_cast<double>(shape_.columns));
    });
    Kernels kernels;
    kernels.push_back(draft_.finish(count));
    return kernels;
  }

 private:
  void tile(Value batch, Value first_row, Value first_column) {
    rows_ = draft_.argument(sizes_.rows);
    columns_ = draft_.argument(sizes_.columns);
    depth_ = draft_.argument(sizes_.depth);
    const std::vector<Value> at = digits(batch, arguments(draft_, sizes_.batch));
    const Value a_base =
        batch_index(draft_, sizes_.a_batch, sizes_.batch, at, batch) * rows_ * depth_;
    const Value b_base =
        batch_index(draft_, sizes_.b_batch, sizes_.batch, at, batch) * depth_ * columns_;
    Tile sums(b_, accumulator(to_.dtype), shape_);
    std::vector<Value> a_rows;
    for (const Value row : clamped(first_row, shape_.rows, rows_))
      a_rows.push_back(a_base + row * depth_);
    const auto walk = [&](const auto& columns_at) {
      b_.loop(depth_, [&](Value k) {
        std::vector<Value> a;
        std::vector<Value> b;
        for (const Value row : a_rows) a.push_back(load(left_, row + k));
        for (const Value index : columns_at(b_base + k * columns_))
          b.push_back(load(right_, index));
        sums.add(a, b);
      });
    };
    // Inside, the columns are neighbours in memory, which the compiler may use.
    const Value is_whole = first_column + static_cast<double>(shape_.columns) <= columns_;
    b_.when(
        is_whole,
        [&] { walk([&](Value row) { return consecutive(row + first_column, shape_.columns); }); },
        [&] {
          walk([&](Value row) {
            std::vector<Value> all;
            for (const Value at_column : clamped(first_column, shape_.columns, columns_))
              all.push_back(row + at_column);
            return all;
          });
        });
    const Value to_base = batch * rows_ * columns_;
    each_inside(b_, shape_, first_row, rows_, first_column, columns_, [&](int64_t i, int64_t j) {
      const Value row = first_row + static_cast<double>(i);
      const Value column = first_column + static_cast<double>(j);
      kir::store_element(to_, to_base + row * columns_ + column, sums.get(i, j));
    });
  }

  // In the type of the sums: integers of the operands may be narrower.
  Value load(kir::Tensor from, Value index) {
    return kir::convert(kir::load_element(from, index), accumulator(to_.dtype));
  }

  const Work& work_;
  Sizes sizes_;
  ExprPool& pool_;
  TileShape shape_;
  Draft draft_;
  kir::Builder& b_;
  kir::Tensor left_, right_, to_;
  Value rows_, columns_, depth_;
};

}  // namespace

Result<Kernels> mat_mul(const Work& work) {
  TENON_TRY(work.needs(2));
  if (work.output_dtype() == DType::boolean) return work.refuse("products of bool");
  TENON_TRY_ASSIGN(Sizes sizes, sizes_of(work));
  return MatMul(work, std::move(sizes)).run();
}

}  // namespace tenon::kernelgen
