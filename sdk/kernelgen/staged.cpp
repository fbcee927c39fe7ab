// SPDX-License-Identifier: Apache-2.0
#include "staged.h"

namespace tenon::kernelgen {
namespace {

constexpr int64_t side = 16;  // threads along each side of a tile
static_assert(staged_threads == side * side);
constexpr int64_t micro = 4;            // rows and columns of one thread
constexpr int64_t tile = side * micro;  // rows and columns of one group
constexpr int64_t depth_step = 16;

class Staged {
 public:
  Staged(Draft& draft, const StagedProduct& product)
      : product_(product), draft_(draft), b_(draft.builder()) {}

  Generated run() {
    ExprPool& pool = draft_.island().pool();
    const Expr row_tiles = tiles(pool, product_.rows, tile);
    const Expr column_tiles = tiles(pool, product_.columns, tile);
    const std::vector<Value> at = digits(
        b_.group(0),
        std::vector{b_.integer(0), draft_.argument(row_tiles), draft_.argument(column_tiles)});
    thread_ = b_.local(0);
    first_row_ = at[1] * static_cast<double>(tile);
    first_column_ = at[2] * static_cast<double>(tile);
    rows_ = draft_.argument(product_.rows);
    columns_ = draft_.argument(product_.columns);
    depth_ = draft_.argument(product_.depth);
    product_.begin(at[0]);
    Tile sums(b_, product_.type, {micro, micro});
    const kir::Shared a = b_.shared(product_.type, tile * depth_step);
    const kir::Shared b = b_.shared(product_.type, depth_step * tile);
    b_.loop(b_.integer(0), depth_, b_.integer(depth_step), [&](Value k) {
      stage(a, b, k);
      b_.barrier();
      multiply(sums, a, b);
      b_.barrier();
    });
    store(sums);
    return draft_.finish(product_.batch * row_tiles * column_tiles *
                         static_cast<int64_t>(staged_threads));
  }

 private:
  // Each thread copies every 256th element of both strips; what hangs over the edge is zero.
  void stage(kir::Shared a, kir::Shared b, Value k) {
    for (int64_t i = 0; i < tile * depth_step; i += staged_threads) {
      const Value element = thread_ + static_cast<double>(i);
      const Value row = first_row_ + element / b_.integer(depth_step);
      const Value left_depth = k + element % depth_step;
      b_.store(a, element, product_.a(row, left_depth, (row < rows_) & (left_depth < depth_)));
      const Value right_depth = k + element / b_.integer(tile);
      const Value column = first_column_ + element % tile;
      b_.store(b, element,
               product_.b(right_depth, column, (right_depth < depth_) & (column < columns_)));
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

  void store(Tile& sums) {
    for (int64_t i = 0; i < micro; ++i) {
      for (int64_t j = 0; j < micro; ++j) {
        const Value row = first_row_ + own_row(i);
        const Value column = first_column_ + own_column(j);
        b_.when((row < rows_) & (column < columns_),
                [&] { product_.store(row, column, sums.get(i, j)); });
      }
    }
  }

  const StagedProduct& product_;
  Draft& draft_;
  kir::Builder& b_;
  Value first_row_, first_column_, thread_, rows_, columns_, depth_;
};

}  // namespace

bool can_stage(const Limits& limits, Type type) {
  const uint64_t bytes = 2 * tile * depth_step * kir::bits_in(type) / 8;
  return !limits.is_cpu && limits.max_group >= staged_threads && limits.shared_bytes >= bytes;
}

Generated staged_product(Draft& draft, const StagedProduct& product) {
  return Staged(draft, product).run();
}

}  // namespace tenon::kernelgen
