// SPDX-License-Identifier: Apache-2.0
#include "mat_mul.h"

namespace tenon::kernelgen {
namespace {

constexpr int64_t side = 16;  // threads along each side of a tile
constexpr uint32_t threads = side * side;
constexpr int64_t micro = 4;            // rows and columns of one thread
constexpr int64_t tile = side * micro;  // rows and columns of one group
constexpr int64_t depth_step = 16;

// One group computes a tile of 64 by 64. Step by step along the depth all its threads copy a strip
// of A and of B to shared memory, wait, and multiply from there.
class Staged {
 public:
  Staged(const Work& work, const ProductSizes& sizes)
      : work_(work),
        sizes_(sizes),
        draft_(work.island(), work.name(), {threads, 1, 1}),
        b_(draft_.builder()),
        type_(accumulator(work.output_dtype())) {}

  Kernels run() {
    left_ = work_.read(draft_, 0);
    right_ = work_.read(draft_, 1);
    to_ = work_.write(draft_);
    ExprPool& pool = work_.island().pool();
    const Expr row_tiles = tiles(pool, sizes_.rows, tile);
    const Expr column_tiles = tiles(pool, sizes_.columns, tile);
    const Expr groups = product(pool, sizes_.batch) * row_tiles * column_tiles;
    const std::vector<Value> at = digits(
        b_.group(0),
        std::vector{b_.integer(0), draft_.argument(row_tiles), draft_.argument(column_tiles)});
    place(at[0], at[1] * static_cast<double>(tile), at[2] * static_cast<double>(tile));
    Tile sums(b_, type_, {micro, micro});
    const kir::Shared a = b_.shared(type_, tile * depth_step);
    const kir::Shared b = b_.shared(type_, depth_step * tile);
    b_.loop(b_.integer(0), depth_, b_.integer(depth_step), [&](Value k) {
      stage(a, b, k);
      b_.barrier();
      multiply(sums, a, b);
      b_.barrier();
    });
    store(sums, at[0]);
    Kernels kernels;
    kernels.list.push_back(draft_.finish(groups * threads));
    return kernels;
  }

 private:
  void place(Value batch, Value first_row, Value first_column) {
    first_row_ = first_row;
    first_column_ = first_column;
    thread_ = b_.local(0);
    rows_ = draft_.argument(sizes_.rows);
    columns_ = draft_.argument(sizes_.columns);
    depth_ = draft_.argument(sizes_.depth);
    const std::vector<Value> at = digits(batch, arguments(draft_, sizes_.batch));
    left_base_ = batch_index(draft_, sizes_.a_batch, sizes_.batch, at, batch) * rows_ * depth_;
    right_base_ = batch_index(draft_, sizes_.b_batch, sizes_.batch, at, batch) * depth_ * columns_;
  }

  // Each thread copies every 256th element of both strips; what hangs over the edge is zero.
  void stage(kir::Shared a, kir::Shared b, Value k) {
    for (int64_t i = 0; i < tile * depth_step; i += threads) {
      const Value element = thread_ + static_cast<double>(i);
      const Value row = first_row_ + element / b_.integer(depth_step);
      const Value left_depth = k + element % depth_step;
      b_.store(a, element,
               load_factor(left_, left_base_ + row * depth_ + left_depth, type_,
                           (row < rows_) & (left_depth < depth_)));
      const Value right_depth = k + element / b_.integer(tile);
      const Value column = first_column_ + element % tile;
      b_.store(b, element,
               load_factor(right_, right_base_ + right_depth * columns_ + column, type_,
                           (right_depth < depth_) & (column < columns_)));
    }
  }

  void multiply(Tile& sums, kir::Shared a, kir::Shared b) {
    b_.loop(b_.integer(depth_step), [&](Value k) {
      std::vector<Value> rows;
      std::vector<Value> columns;
      for (int64_t i = 0; i < micro; ++i) {
        rows.push_back(b_.load(a, (own_row(i)) * static_cast<double>(depth_step) + k));
        columns.push_back(b_.load(b, k * static_cast<double>(tile) + own_column(i)));
      }
      sums.add(rows, columns);
    });
  }

  // Rows of a thread are neighbours; its columns lie `side` apart, so that threads side by side
  // read neighbours.
  Value own_row(int64_t i) {
    return thread_ / b_.integer(side) * static_cast<double>(micro) + static_cast<double>(i);
  }
  Value own_column(int64_t j) { return thread_ % side + static_cast<double>(j * side); }

  void store(Tile& sums, Value batch) {
    for (int64_t i = 0; i < micro; ++i) {
      for (int64_t j = 0; j < micro; ++j) {
        const Value row = first_row_ + own_row(i);
        const Value column = first_column_ + own_column(j);
        b_.when((row < rows_) & (column < columns_), [&] {
          kir::store_element(to_, (batch * rows_ + row) * columns_ + column, sums.get(i, j));
        });
      }
    }
  }

  const Work& work_;
  const ProductSizes& sizes_;
  Draft draft_;
  kir::Builder& b_;
  Type type_;
  kir::Tensor left_, right_, to_;
  Value first_row_, first_column_, thread_, rows_, columns_, depth_, left_base_, right_base_;
};

}  // namespace

bool can_stage(const Limits& limits, Type type) {
  const uint64_t bytes = 2 * tile * depth_step * kir::bits_in(type) / 8;
  return !limits.is_cpu && limits.max_group >= threads && limits.shared_bytes >= bytes;
}

Kernels mat_mul_staged(const Work& work, const ProductSizes& sizes) {
  return Staged(work, sizes).run();
}

}  // namespace tenon::kernelgen
