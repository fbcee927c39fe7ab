// SPDX-License-Identifier: Apache-2.0
#include "mat_mul.h"

#include "staged.h"
#include "templates.h"

#include <fmt/format.h>

namespace tenon::kernelgen {
namespace {

class MatMul {
 public:
  MatMul(const Work& work, ProductSizes sizes)
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
    kernels.list.push_back(draft_.finish(count));
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

  Value load(kir::Tensor from, Value index) {
    return load_factor(from, index, accumulator(to_.dtype));
  }

  const Work& work_;
  ProductSizes sizes_;
  ExprPool& pool_;
  TileShape shape_;
  Draft draft_;
  kir::Builder& b_;
  kir::Tensor left_, right_, to_;
  Value rows_, columns_, depth_;
};

Result<Kernels> from_memory(const Work& work, ProductSizes sizes) {
  const Limits& limits = work.island().limits();
  if (can_stage(limits, accumulator(work.output_dtype()))) return mat_mul_staged(work, sizes);
  return MatMul(work, std::move(sizes)).run();
}

}  // namespace

Result<Kernels> mat_mul(const Work& work) {
  TENON_TRY(work.needs(2));
  if (work.output_dtype() == DType::boolean) return work.refuse("products of bool");
  TENON_TRY_ASSIGN(ProductSizes sizes, product_sizes(work));
  const tenon_node* const source = right_source(work, sizes);
  if (source == nullptr) return from_memory(work, std::move(sizes));
  const Expr is_more = sizes.rows > few_rows;
  if (is_more.is_constant() && is_more.constant() != 0) return from_memory(work, std::move(sizes));
  TENON_TRY_ASSIGN(Kernels kernels, mat_mul_by_formula(work, sizes, *source));
  if (is_more.is_constant()) return kernels;
  TENON_TRY_ASSIGN(Kernels others, from_memory(work, std::move(sizes)));
  for (Generated& other : others.list) {
    other.only_if = is_more.id();
    kernels.list.push_back(std::move(other));
  }
  return kernels;
}

}  // namespace tenon::kernelgen
