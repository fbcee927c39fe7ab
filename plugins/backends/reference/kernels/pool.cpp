// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/fold.h"
#include "plugins/backends/reference/reference.h"
#include "plugins/backends/reference/window.h"

#include <algorithm>
#include <cmath>

namespace tenon::reference {
namespace {

enum class Mode : uint8_t { max, average, lp };

struct Pool {
  Window window;
  Mode mode = Mode::max;
  bool count_padding = false;
  double p = 2;
  DType dtype = DType::f32;
};

Taps taps_with_padding(const WindowAxis& axis, int64_t o) {
  return taps_in(axis, o, -axis.pad_begin, axis.in + axis.pad_end);
}

template <class A, class F>
A fold_window(const A* plane, const Window& window, const int64_t (&o)[3], A start, F&& fold) {
  const auto& [depth, height, width] = window.axes;
  const Taps zs = taps_inside(depth, o[0]);
  const Taps ys = taps_inside(height, o[1]);
  const Taps xs = taps_inside(width, o[2]);
  for (int64_t kz = zs.first; kz < zs.last; ++kz) {
    for (int64_t ky = ys.first; ky < ys.last; ++ky) {
      const A* const row =
          plane + (depth.input(o[0], kz) * height.in + height.input(o[1], ky)) * width.in;
      for (int64_t kx = xs.first; kx < xs.last; ++kx) {
        start = fold(start, row[width.input(o[2], kx)]);
      }
    }
  }
  return start;
}

int64_t divisor(const Pool& pool, const int64_t (&o)[3]) {
  int64_t count = 1;
  for (size_t i = 0; i < 3; ++i) {
    const WindowAxis& axis = pool.window.axes[i];
    count *= (pool.count_padding ? taps_with_padding(axis, o[i]) : taps_inside(axis, o[i])).count();
  }
  return count;
}

template <class A>
A element(const Pool& pool, const A* plane, const int64_t (&o)[3]) {
  if (pool.mode == Mode::max) {
    return fold_window(plane, pool.window, o, lowest_of<A>(pool.dtype), larger<A>);
  }
  if constexpr (std::is_floating_point_v<A>) {
    if (pool.mode == Mode::average) {
      const double sum =
          fold_window(plane, pool.window, o, 0.0, [](double total, double x) { return total + x; });
      return sum / static_cast<double>(divisor(pool, o));
    }
    const double sum = fold_window(plane, pool.window, o, 0.0, [&](double total, double x) {
      return total + std::pow(std::abs(x), pool.p);
    });
    return std::pow(sum, 1 / pool.p);
  }
  return A{};
}

// One plane: widened as a whole, then each output element.
template <class A>
void run_plane(const KernelArguments& arguments, const Pool& pool, int64_t plane) {
  const auto& [depth, height, width] = pool.window.axes;
  Scratch scratch(arguments.scratch());
  A* const in = scratch.take<A>(pool.window.in_plane());
  A* const out = scratch.take<A>(width.out);
  widen(arguments.input_data(0), arguments.input_dtype(0), plane * pool.window.in_plane(),
        pool.window.in_plane(), in);
  for (int64_t row = 0; row < depth.out * height.out; ++row) {
    for (int64_t x = 0; x < width.out; ++x) {
      const int64_t o[3] = {row / height.out, row % height.out, x};
      out[x] = element(pool, in, o);
    }
    narrow(out, width.out, arguments.output_dtype(0), arguments.output_data(0),
           plane * pool.window.out_plane() + row * width.out);
  }
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& pool = arguments.block<Pool>();
  for (const int64_t plane : arguments.rows_of(chunk)) {
    with_accumulator(pool.dtype, [&]<class A>() { run_plane<A>(arguments, pool, plane); });
  }
}

Status match(const NodeView& node) {
  TENON_TRY(has_spatial_axes(node));
  const std::string_view mode = node.attr_string("mode", "");
  if (mode != "max" && mode != "average" && mode != "lp") {
    return unsupported("mode \"{}\", known are max, average, lp", mode);
  }
  if (mode != "max" && !is_float(node.input_dtype(0))) {
    return unsupported("mode {} of {}, expected a float type", mode, name_of(node.input_dtype(0)));
  }
  return {};
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  const NodeView& node = sizes.node();
  Pool pool;
  TENON_TRY_ASSIGN(pool.window, window_of(sizes));
  const std::string_view mode = node.attr_string("mode", "");
  pool.mode = mode == "max" ? Mode::max : mode == "average" ? Mode::average : Mode::lp;
  pool.count_padding = node.attr_int("count_include_pad", 0) != 0;
  pool.p = static_cast<double>(node.attr_int("p", 2));
  pool.dtype = node.input_dtype(0);
  const int64_t out_plane = pool.window.out_plane();
  const int64_t planes = out_plane == 0 ? 0 : sizes.output_elements(0) / out_plane;
  if (planes != 0 &&
      (sizes.input(0)[0] != sizes.output(0)[0] || sizes.input(0)[1] != sizes.output(0)[1])) {
    return invalid("input and output differ in images or channels");
  }
  KernelWork work = in_rows(planes, 4096 / std::max<int64_t>(out_plane, 1));
  work.scratch = (pool.window.in_plane() + pool.window.axes[2].out) * 8;
  work.block = keep(pool);
  return work;
}

}  // namespace

Kernel pool() {
  return {.op = "Pool",
          .inputs = {numeric_types},
          .outputs = {numeric_types},
          .match = match,
          .shape = shape,
          .run = run};
}

}  // namespace tenon::reference
