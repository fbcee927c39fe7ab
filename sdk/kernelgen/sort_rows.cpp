// SPDX-License-Identifier: Apache-2.0
#include "axes.h"
#include "sort.h"
#include "templates.h"

// SortRows: the order of the rows of a matrix, by merging.
namespace tenon::kernelgen {
namespace {

// Walks two rows up to the first difference. NaN is greater than all and equal to NaN.
Before by_rows(const Work& work, Draft& draft) {
  const kir::Tensor rows = work.read(draft, 0);
  const Value width = draft.argument(work.input_dims(0)[1]);
  return [rows, width](Value, Value i, Value j) {
    kir::Builder& b = i.builder();
    const kir::Variable is_less = b.variable(b.boolean(false));
    const kir::Variable is_equal = b.variable(b.boolean(true));
    b.loop_while(is_equal, width, [&](Value k) {
      const Value x = number_of(kir::load_element(rows, i * width + k));
      const Value y = number_of(kir::load_element(rows, j * width + k));
      Value less = x < y;
      Value greater = y < x;
      if (is_float(x.type())) {
        less = less | ((y != y) & (x == x));
        greater = greater | ((x != x) & (y == y));
      }
      b.set(is_less, less);
      b.set(is_equal, !(less | greater));
    });
    return b.get(is_less);
  };
}

}  // namespace

Result<Kernels> sort_rows(const Work& work) {
  TENON_TRY(work.needs(1));
  const std::vector<Expr> dims = work.input_dims(0);
  if (dims.size() != 2) return work.refuse("data that is no matrix");
  Kernels kernels;
  const uint32_t spare = work.temporary(kernels, DType::i64, dims[0]);
  append_sort(work, kernels,
              {.segments = work.island().pool().integer(1),
               .length = dims[0],
               .order = work.output_operand(),
               .spare = spare,
               .dtype = DType::i64,
               .before = [&](Draft& draft) { return by_rows(work, draft); }});
  return kernels;
}

}  // namespace tenon::kernelgen
