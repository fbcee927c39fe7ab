// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/folded_axes.h"
#include "plugins/backends/reference/reference.h"

#include <algorithm>
#include <utility>

namespace tenon::reference {
namespace {

constexpr int64_t tile = 1024;

struct Reduce : FoldedAxes {
  DType dtype = DType::f32;
};

template <class A>
A combine(Fold fold, A total, A value) {
  switch (fold) {
    case Fold::sum:
    case Fold::mean:
      return wrapping_add(total, value);
    case Fold::prod:
      return wrapping_multiply(total, value);
    case Fold::max:
      return larger(total, value);
    case Fold::min:
      return smaller(total, value);
  }
  return total;
}

template <class A>
A finish(const Reduce& reduce, A total) {
  if (reduce.fold != Fold::mean) return total;
  if constexpr (std::is_floating_point_v<A>) return total / static_cast<double>(reduce.count);
  return reduce.count == 0 ? A{0} : total / static_cast<A>(reduce.count);
}

// One output element out of contiguous vectors.
template <class A>
A fold_vectors(const KernelArguments& arguments, const Reduce& reduce, int64_t base, A* piece) {
  A total = start_of<A>(reduce.fold, reduce.dtype);
  const int64_t vectors = reduce.folded.count();
  for (int64_t i = 0; i < vectors; ++i) {
    const int64_t at = base + reduce.folded.offset(i);
    for (int64_t j = 0; j < reduce.length; j += tile) {
      const int64_t count = std::min(tile, reduce.length - j);
      widen(arguments.input_data(0), reduce.dtype, at + j, count, piece);
      for (int64_t k = 0; k < count; ++k) total = combine(reduce.fold, total, piece[k]);
    }
  }
  return finish(reduce, total);
}

// Up to `tile` neighbouring output elements at once.
template <class A>
void fold_side_by_side(const KernelArguments& arguments, const Reduce& reduce, int64_t base,
                       int64_t count, A* piece, A* totals) {
  std::fill_n(totals, count, start_of<A>(reduce.fold, reduce.dtype));
  const int64_t vectors = reduce.folded.count();
  for (int64_t i = 0; i < vectors; ++i) {
    widen(arguments.input_data(0), reduce.dtype, base + reduce.folded.offset(i), count, piece);
    for (int64_t k = 0; k < count; ++k) totals[k] = combine(reduce.fold, totals[k], piece[k]);
  }
  for (int64_t k = 0; k < count; ++k) totals[k] = finish(reduce, totals[k]);
}

template <class A>
void run_row(const KernelArguments& arguments, const Reduce& reduce, int64_t row) {
  Scratch scratch(arguments.scratch());
  A* const piece = scratch.take<A>(tile);
  A* const totals = scratch.take<A>(tile);
  const int64_t base = reduce.kept.offset(row);
  if (reduce.width == 1) {
    const A total = fold_vectors(arguments, reduce, base, piece);
    return narrow(&total, 1, reduce.dtype, arguments.output_data(0), row);
  }
  for (int64_t i = 0; i < reduce.width; i += tile) {
    const int64_t count = std::min(tile, reduce.width - i);
    fold_side_by_side(arguments, reduce, base + i, count, piece, totals);
    narrow(totals, count, reduce.dtype, arguments.output_data(0), row * reduce.width + i);
  }
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& reduce = arguments.block<Reduce>();
  for (const int64_t row : arguments.rows_of(chunk)) {
    with_accumulator(reduce.dtype, [&]<class A>() { run_row<A>(arguments, reduce, row); });
  }
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  TENON_TRY_ASSIGN(FoldedAxes axes, folded_axes(sizes));
  Reduce reduce{std::move(axes), sizes.node().input_dtype(0)};
  const int64_t row_work = reduce.width * std::max<int64_t>(reduce.count, 1);
  KernelWork work = in_rows(reduce.rows, 32768 / std::max<int64_t>(row_work, 1));
  work.scratch = 2 * tile * 8;
  work.block = keep(std::move(reduce));
  return work;
}

Status match(const NodeView& node) {
  TENON_TRY_ASSIGN(const Fold fold, fold_named(node.attr_string("mode", "")));
  const bool extreme = fold == Fold::max || fold == Fold::min;
  if (node.input_dtype(0) == DType::boolean && !extreme) {
    return unsupported("mode {} of bool, expected max or min", node.attr_string("mode", ""));
  }
  return {};
}

constexpr DTypes types = numeric_types | DTypes{DType::boolean};

}  // namespace

Kernel reduce() {
  return {.op = "Reduce",
          .inputs = {types},
          .outputs = {types},
          .match = match,
          .shape = shape,
          .run = run};
}

}  // namespace tenon::reference
