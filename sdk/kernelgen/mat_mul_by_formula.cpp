// SPDX-License-Identifier: Apache-2.0
#include "formula.h"
#include "mat_mul.h"

// MatMul of few rows, as steps of texts have them: each thread computes one column of all rows, and
// of the right matrix every element where it needs it. Sums are those of the other templates: one
// after the other along the depth.
namespace tenon::kernelgen {
namespace {

class Columns {
 public:
  Columns(const Work& work, const ProductSizes& sizes, const tenon_node& source, int64_t rows,
          std::vector<uint32_t>& further)
      : work_(work),
        sizes_(sizes),
        source_(source),
        rows_(rows),
        further_(further),
        draft_(work.island(), work.name(), {tile_threads(work.island().limits()), 1, 1}),
        b_(draft_.builder()) {}

  Result<Generated> run() {
    left_ = work_.read(draft_, 0);
    to_ = work_.write(draft_);
    ExprPool& pool = work_.island().pool();
    const Expr count = product(pool, sizes_.batch) * sizes_.columns;
    const Value thread = b_.thread(0);
    Status status;
    b_.when(thread < draft_.argument(count), [&] {
      const Value columns = draft_.argument(sizes_.columns);
      status = column(thread / columns, thread % columns, columns);
    });
    TENON_TRY(std::move(status));
    return draft_.finish(count);
  }

 private:
  Status column(Value batch, Value column, Value columns) {
    const Value rows = draft_.argument(sizes_.rows);
    const Value depth = draft_.argument(sizes_.depth);
    const std::vector<Value> at = digits(batch, arguments(draft_, sizes_.batch));
    const Value a_base =
        batch_index(draft_, sizes_.a_batch, sizes_.batch, at, batch) * rows * depth;
    const Type type = accumulator(to_.dtype);
    Tile sums(b_, type, {rows_, 1});
    std::vector<Value> a_rows;
    for (const Value row : clamped(b_.integer(0), rows_, rows))
      a_rows.push_back(a_base + row * depth);
    Formula formula(work_, draft_, source_, further_);
    Status status;
    b_.loop(b_.integer(0), depth, b_.integer(1), [&](Value k) {
      FormulaPlace place = {.coordinates = at, .linear = (batch * depth + k) * columns + column};
      place.coordinates.push_back(k);
      place.coordinates.push_back(column);
      const Result<Value> element = formula.at(place);
      if (!element.ok()) {
        status = element.status();
        return;
      }
      std::vector<Value> a;
      for (const Value row : a_rows) a.push_back(load_factor(left_, row + k, type));
      const Value b[] = {kir::convert(*element, type)};
      sums.add(a, b);
    });
    TENON_TRY(std::move(status));
    const Value to_base = batch * rows * columns + column;
    each_inside(b_, sums.shape(), b_.integer(0), rows, b_.integer(0), b_.integer(1),
                [&](int64_t i, int64_t) {
                  const Value row = b_.integer(i);
                  kir::store_element(to_, to_base + row * columns, sums.get(i, 0));
                });
    return {};
  }

  const Work& work_;
  const ProductSizes& sizes_;
  const tenon_node& source_;
  int64_t rows_;
  std::vector<uint32_t>& further_;
  Draft draft_;
  kir::Builder& b_;
  kir::Tensor left_, to_;
};

}  // namespace

const tenon_node* right_source(const Work& work, const ProductSizes& sizes) {
  // A matrix that many share would be computed for each of them.
  for (size_t i = 0; i < sizes.batch.size(); ++i) {
    if (!sizes.b_batch[i].same(sizes.batch[i])) return nullptr;
  }
  const size_t batch = work.input_dims(1).size() < 2 ? SIZE_MAX : work.input_dims(1).size() - 2;
  if (batch != sizes.batch.size()) return nullptr;
  return work.island().source_of(work.input(1));
}

Result<Kernels> mat_mul_by_formula(const Work& work, const ProductSizes& sizes,
                                   const tenon_node& source) {
  Kernels kernels;
  const auto add = [&](int64_t rows, Expr condition) -> Status {
    if (condition.is_constant() && condition.constant() == 0) return {};
    TENON_TRY_ASSIGN(Generated made, Columns(work, sizes, source, rows, kernels.further).run());
    if (!condition.is_constant()) made.only_if = condition.id();
    kernels.list.push_back(std::move(made));
    return {};
  };
  TENON_TRY(add(1, sizes.rows <= 1));
  TENON_TRY(add(few_rows, sizes.rows > 1 && sizes.rows <= few_rows));
  return kernels;
}

}  // namespace tenon::kernelgen
