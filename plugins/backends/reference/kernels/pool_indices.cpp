// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/fold.h"
#include "plugins/backends/reference/reference.h"
#include "plugins/backends/reference/window.h"

#include <algorithm>

namespace tenon::reference {
namespace {

struct PoolIndices {
  Window window;
  bool column_major = false;
  DType dtype = DType::f32;
};

template <class A>
struct Best {
  A value;
  int64_t z = -1;
  int64_t y = -1;
  int64_t x = -1;
};

template <class A>
Best<A> best_of(const PoolIndices& pool, const A* plane, const int64_t (&o)[3]) {
  const auto& [depth, height, width] = pool.window.axes;
  Best<A> best = {lowest_of<A>(pool.dtype)};
  const Taps zs = taps_inside(depth, o[0]);
  const Taps ys = taps_inside(height, o[1]);
  const Taps xs = taps_inside(width, o[2]);
  for (int64_t kz = zs.first; kz < zs.last; ++kz) {
    for (int64_t ky = ys.first; ky < ys.last; ++ky) {
      for (int64_t kx = xs.first; kx < xs.last; ++kx) {
        const Best<A> here = {A{}, depth.input(o[0], kz), height.input(o[1], ky),
                              width.input(o[2], kx)};
        const A value = plane[(here.z * height.in + here.y) * width.in + here.x];
        const bool first = best.x < 0;
        if (!first && !(value > best.value) && !(is_nan(value) && !is_nan(best.value))) continue;
        best = {value, here.z, here.y, here.x};
      }
    }
  }
  return best;
}

// Flat index inside a plane; column-major counts the first spatial axis fastest.
template <class A>
int64_t place(const PoolIndices& pool, const Best<A>& best) {
  const auto& [depth, height, width] = pool.window.axes;
  if (!pool.column_major) return (best.z * height.in + best.y) * width.in + best.x;
  return best.z + depth.in * (best.y + height.in * best.x);
}

template <class A>
void run_plane(const KernelArguments& arguments, const PoolIndices& pool, int64_t plane) {
  const auto& [depth, height, width] = pool.window.axes;
  Scratch scratch(arguments.scratch());
  A* const in = scratch.take<A>(pool.window.in_plane());
  widen(arguments.input_data(0), pool.dtype, plane * pool.window.in_plane(), pool.window.in_plane(),
        in);
  for (int64_t i = 0; i < pool.window.out_plane(); ++i) {
    const int64_t o[3] = {i / width.out / height.out, i / width.out % height.out, i % width.out};
    const Best<A> best = best_of(pool, in, o);
    const int64_t at = plane * pool.window.out_plane() + i;
    narrow(&best.value, 1, pool.dtype, arguments.output_data(0), at);
    if (!arguments.has_output(1)) continue;
    arguments.output<int64_t>(1)[static_cast<size_t>(at)] =
        best.x < 0 ? -1 : plane * pool.window.in_plane() + place(pool, best);
  }
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& pool = arguments.block<PoolIndices>();
  for (const int64_t plane : arguments.rows_of(chunk)) {
    with_accumulator(pool.dtype, [&]<class A>() { run_plane<A>(arguments, pool, plane); });
  }
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  PoolIndices pool;
  TENON_TRY_ASSIGN(pool.window, window_of(sizes));
  pool.column_major = sizes.node().attr_int("storage_order", 0) != 0;
  pool.dtype = sizes.node().input_dtype(0);
  const std::span<const int64_t> x = sizes.input(0);
  const std::span<const int64_t> y = sizes.output(0);
  if (x[0] != y[0] || x[1] != y[1]) return invalid("input and output differ in channels");
  if (sizes.has_output(1) && !std::ranges::equal(sizes.output(1), y)) {
    return invalid("maxima and indices differ in dims");
  }
  const int64_t out_plane = pool.window.out_plane();
  KernelWork work = in_rows(sizes.output_elements(0) / std::max<int64_t>(out_plane, 1),
                            4096 / std::max<int64_t>(out_plane, 1));
  work.scratch = pool.window.in_plane() * 8;
  work.block = keep(pool);
  return work;
}

}  // namespace

Kernel pool_indices() {
  return {.op = "PoolIndices",
          .inputs = {numeric_types},
          .outputs = {numeric_types, DType::i64},
          .match = has_spatial_axes,
          .shape = shape,
          .run = run};
}

}  // namespace tenon::reference
