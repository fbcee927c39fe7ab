// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/axes.h"
#include "plugins/backends/reference/fold.h"
#include "plugins/backends/reference/reference.h"

#include <algorithm>

namespace tenon::reference {
namespace {

constexpr int64_t tile = 1024;  // neighbouring vectors scanned side by side

struct PrefixScan {
  AxisSplit axis;
  int64_t tiles = 0;  // of the inner extent
  Fold fold = Fold::sum;
  bool exclusive = false;
  bool reverse = false;
  DType dtype = DType::f32;
};

template <class A>
void run_tile(const KernelArguments& arguments, const PrefixScan& scan, int64_t chunk) {
  const auto [outer, extent, inner] = scan.axis;
  const int64_t begin = chunk % scan.tiles * tile;
  const int64_t count = std::min(tile, inner - begin);
  Scratch scratch(arguments.scratch());
  A* const totals = scratch.take<A>(tile);
  A* const values = scratch.take<A>(tile);
  std::fill_n(totals, count, start_of<A>(scan.fold, scan.dtype));
  for (int64_t step = 0; step < extent; ++step) {
    const int64_t i = scan.reverse ? extent - 1 - step : step;
    const int64_t at = (chunk / scan.tiles * extent + i) * inner + begin;
    if (scan.exclusive) narrow(totals, count, scan.dtype, arguments.output_data(0), at);
    widen(arguments.input_data(0), scan.dtype, at, count, values);
    for (int64_t k = 0; k < count; ++k) {
      totals[k] = scan.fold == Fold::sum ? wrapping_add(totals[k], values[k])
                                         : wrapping_multiply(totals[k], values[k]);
    }
    if (!scan.exclusive) narrow(totals, count, scan.dtype, arguments.output_data(0), at);
  }
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& scan = arguments.block<PrefixScan>();
  for (const int64_t part : arguments.rows_of(chunk)) {
    with_accumulator(scan.dtype, [&]<class A>() { run_tile<A>(arguments, scan, part); });
  }
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  const NodeView& node = sizes.node();
  PrefixScan scan;
  TENON_TRY_ASSIGN(const size_t axis, axis_of(sizes));
  TENON_TRY_ASSIGN(scan.fold, fold_named(node.attr_string("mode", "")));
  if (scan.fold != Fold::sum && scan.fold != Fold::prod) {
    return unsupported("mode \"{}\", known are sum, prod", node.attr_string("mode", ""));
  }
  if (!std::ranges::equal(sizes.input(0), sizes.output(0))) {
    return invalid("input and output differ in dims");
  }
  scan.axis = split_at(sizes.input(0), axis);
  scan.exclusive = node.attr_int("exclusive", 0) != 0;
  scan.reverse = node.attr_int("reverse", 0) != 0;
  scan.dtype = node.input_dtype(0);
  scan.tiles = (scan.axis.inner + tile - 1) / tile;
  const int64_t work_of_one = scan.axis.extent * std::min(scan.axis.inner, tile);
  KernelWork work =
      in_rows(scan.axis.outer * scan.tiles, 16384 / std::max<int64_t>(work_of_one, 1));
  work.scratch = 2 * tile * 8;
  work.block = keep(scan);
  return work;
}

}  // namespace

Kernel prefix_scan() {
  return {.op = "PrefixScan",
          .inputs = {numeric_types},
          .outputs = {numeric_types},
          .shape = shape,
          .run = run};
}

}  // namespace tenon::reference
