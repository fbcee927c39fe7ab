// SPDX-License-Identifier: Apache-2.0
#include "mat_mul.h"
#include "staged.h"

namespace tenon::kernelgen {

Kernels mat_mul_staged(const Work& work, const ProductSizes& sizes) {
  Draft draft(work.island(), work.name(), {staged_threads, 1, 1});
  const Type type = accumulator(work.output_dtype());
  const kir::Tensor left = work.read(draft, 0);
  const kir::Tensor right = work.read(draft, 1);
  const kir::Tensor to = work.write(draft);
  Value rows, columns, depth, left_base, right_base, base;
  const StagedProduct matrices = {
      .batch = product(work.island().pool(), sizes.batch),
      .rows = sizes.rows,
      .columns = sizes.columns,
      .depth = sizes.depth,
      .type = type,
      .begin =
          [&](Value batch) {
            rows = draft.argument(sizes.rows);
            columns = draft.argument(sizes.columns);
            depth = draft.argument(sizes.depth);
            const std::vector<Value> at = digits(batch, arguments(draft, sizes.batch));
            left_base = batch_index(draft, sizes.a_batch, sizes.batch, at, batch) * rows * depth;
            right_base =
                batch_index(draft, sizes.b_batch, sizes.batch, at, batch) * depth * columns;
            base = batch * rows * columns;
          },
      .a =
          [&](Value row, Value k, Value inside) {
            return load_factor(left, left_base + row * depth + k, type, inside);
          },
      .b =
          [&](Value k, Value column, Value inside) {
            return load_factor(right, right_base + k * columns + column, type, inside);
          },
      .store = [&](Value row, Value column,
                   Value sum) { kir::store_element(to, base + row * columns + column, sum); },
  };
  Kernels kernels;
  kernels.list.push_back(staged_product(draft, matrices));
  return kernels;
}

}  // namespace tenon::kernelgen
