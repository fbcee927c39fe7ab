// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/math/window_pool.h"
#include "plugins/backends/cpu/plane_chunks.h"
#include "tenon/kernels.h"

// Pool of f32 over one or two axes, by mode max or average.
namespace tenon::cpu {
namespace {

// Of a tap, against one in a large product.
constexpr int64_t tap_cost = 4;

struct Pool {
  PoolPlane plane;  // its sizes
  PlaneChunks chunks;
  bool is_mean = false;
};

Status match(const NodeView& node) {
  TENON_TRY(reference::has_spatial_axes(node));
  if (node.input_rank(0) > 4) return unsupported("three spatial axes");
  const std::string_view mode = node.attr_string("mode", "");
  if (mode != "max" && mode != "average") return unsupported("mode {}", mode);
  const GraphView& graph = node.graph();
  for (const auto& [name, most] :
       {std::pair<std::string_view, int64_t>{"strides", window_pool().strides},
        {"kernel_shape", window_pool().taps}}) {
    const tenon_attr* const attr = graph.attr(node.row(), name);
    if (attr == nullptr || attr->kind != TENON_ATTR_INTS || attr->count == 0 ||
        graph.numbers(*attr).back() > most) {
      return unsupported("{} of more than {} along a row", name, most);
    }
  }
  return {};
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  TENON_TRY_ASSIGN(const reference::Window window, reference::window_of(sizes));
  const std::span<const int64_t> x = sizes.input(0), y = sizes.output(0);
  if (x[0] != y[0] || x[1] != y[1]) return invalid("input and output differ in images or channels");
  Pool pool;
  pool.plane.rows = plane_axis(window.axes[1]);
  pool.plane.columns = plane_axis(window.axes[2]);
  pool.plane.count_padding = sizes.node().attr_int("count_include_pad", 0) != 0;
  pool.plane.rows_behind = window.axes[1].pad_end;
  pool.plane.columns_behind = window.axes[2].pad_end;
  pool.is_mean = sizes.node().attr_string("mode", "") == "average";
  pool.chunks = PlaneChunks(y[0] * y[1], pool.plane.rows.out, pool.plane.columns.out,
                            window.taps() * tap_cost);
  return KernelWork{.chunks = window.out_plane() == 0 ? 0 : pool.chunks.chunks(),
                    .block = keep(pool)};
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& pool = arguments.block<Pool>();
  const PlaneChunks::Part part = pool.chunks.part(chunk);
  PoolPlane plane = pool.plane;
  plane.first_row = part.first_row;
  plane.last_row = part.last_row;
  for (int64_t i = part.first_plane; i < part.last_plane; ++i) {
    plane.in = arguments.input<float>(0).data() + i * plane.rows.in * plane.columns.in;
    plane.out = arguments.output<float>(0).data() + i * plane.rows.out * plane.columns.out;
    pool.is_mean ? window_pool().mean(plane) : window_pool().greatest(plane);
  }
}

}  // namespace

Kernel pool() {
  return {.op = "Pool",
          .inputs = {DType::f32},
          .outputs = {DType::f32},
          .match = match,
          .shape = shape,
          .run = run};
}

}  // namespace tenon::cpu
