// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/axes.h"
#include "plugins/backends/reference/fold.h"
#include "plugins/backends/reference/reference.h"

#include <algorithm>

namespace tenon::reference {
namespace {

constexpr int64_t tile = 1024;  // neighbouring results found side by side

struct ArgReduce {
  AxisSplit axis;
  int64_t tiles = 0;  // of the inner extent
  bool smallest = false;
  bool last = false;
  DType dtype = DType::f32;
};

// Whether value takes the place of best, which stands before it.
template <class A>
bool takes_over(const ArgReduce& reduce, A value, A best) {
  if (is_nan(best)) return reduce.last && is_nan(value);
  if (is_nan(value)) return true;
  if (value == best) return reduce.last;
  return reduce.smallest ? value < best : value > best;
}

template <class A>
void run_tile(const KernelArguments& arguments, const ArgReduce& reduce, int64_t chunk) {
  const auto [outer, extent, inner] = reduce.axis;
  const int64_t row = chunk / reduce.tiles;
  const int64_t begin = chunk % reduce.tiles * tile;
  const int64_t count = std::min(tile, inner - begin);
  Scratch scratch(arguments.scratch());
  A* const best = scratch.take<A>(tile);
  A* const values = scratch.take<A>(tile);
  int64_t* const indices = arguments.output<int64_t>(0).data() + row * inner + begin;
  widen(arguments.input_data(0), reduce.dtype, row * extent * inner + begin, count, best);
  std::fill_n(indices, count, 0);
  for (int64_t i = 1; i < extent; ++i) {
    widen(arguments.input_data(0), reduce.dtype, (row * extent + i) * inner + begin, count, values);
    for (int64_t k = 0; k < count; ++k) {
      if (!takes_over(reduce, values[k], best[k])) continue;
      best[k] = values[k];
      indices[k] = i;
    }
  }
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& reduce = arguments.block<ArgReduce>();
  for (const int64_t part : arguments.rows_of(chunk)) {
    with_accumulator(reduce.dtype, [&]<class A>() { run_tile<A>(arguments, reduce, part); });
  }
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  ArgReduce reduce;
  TENON_TRY_ASSIGN(const size_t axis, axis_of(sizes));
  reduce.axis = split_at(sizes.input(0), axis);
  reduce.dtype = sizes.node().input_dtype(0);
  reduce.last = sizes.node().attr_int("select_last_index", 0) != 0;
  const std::string_view mode = sizes.node().attr_string("mode", "");
  if (mode != "max" && mode != "min") return unsupported("mode \"{}\", known are max, min", mode);
  reduce.smallest = mode == "min";
  if (reduce.axis.extent == 0) return invalid("no element along axis {}", axis);
  const auto [outer, extent, inner] = reduce.axis;
  if (outer * inner != sizes.output_elements(0)) return invalid("output does not fit the input");
  reduce.tiles = (inner + tile - 1) / tile;
  const int64_t work_of_one = extent * std::min(inner, tile);
  KernelWork work = in_rows(outer * reduce.tiles, 16384 / std::max<int64_t>(work_of_one, 1));
  work.scratch = 2 * tile * 8;
  work.block = keep(reduce);
  return work;
}

}  // namespace

Kernel arg_reduce() {
  return {.op = "ArgReduce",
          .inputs = {numeric_types | DTypes{DType::boolean}},
          .outputs = {DType::i64},
          .shape = shape,
          .run = run};
}

}  // namespace tenon::reference
