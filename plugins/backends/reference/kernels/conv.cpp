// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/reference.h"
#include "plugins/backends/reference/window.h"

#include <algorithm>

namespace tenon::reference {
namespace {

// A chunk computes some output channels of one group on some output rows. Each input row is
// widened once for all its channels.
constexpr int64_t block_channels = 8;
constexpr int64_t tile_columns = 256;
constexpr int64_t chunk_elements = 4096;

struct Conv {
  Window window;
  int64_t batch = 0;
  int64_t groups = 1;
  int64_t in_channels = 0;   // of a group
  int64_t out_channels = 0;  // of a group
  int64_t blocks = 0;        // of output channels in a group
  int64_t rows = 0;          // of an output plane
  int64_t chunk_rows = 1;
  int64_t row_chunks = 0;
  int64_t tile_inputs = 0;  // input columns under a tile of output columns
};

// Where a chunk stands.
struct Place {
  int64_t image;
  int64_t group;
  int64_t channel;   // first output channel, counted in the group
  int64_t channels;  // how many
  int64_t row;
  int64_t last_row;
};

Place place_of(const Conv& c, int64_t chunk) {
  const int64_t part = chunk % c.row_chunks;
  const int64_t block = chunk / c.row_chunks % c.blocks;
  const int64_t plane = chunk / c.row_chunks / c.blocks;
  const int64_t channel = block * block_channels;
  return {.image = plane / c.groups,
          .group = plane % c.groups,
          .channel = channel,
          .channels = std::min(block_channels, c.out_channels - channel),
          .row = part * c.chunk_rows,
          .last_row = std::min((part + 1) * c.chunk_rows, c.rows)};
}

template <class A>
struct Buffers {
  A* weights;  // [channels, in_channels, taps]
  A* sums;     // [channels, tile_columns]
  A* inputs;   // [tile_inputs]
};

template <class A>
void add_products(const A* inputs, int64_t stride, A weight, int64_t count, A* sums) {
  if (stride == 1) {
    for (int64_t x = 0; x < count; ++x) {
      sums[x] = wrapping_add(sums[x], wrapping_multiply(weight, inputs[x]));
    }
    return;
  }
  for (int64_t x = 0; x < count; ++x) {
    sums[x] = wrapping_add(sums[x], wrapping_multiply(weight, inputs[x * stride]));
  }
}

// Input columns [first, first + count) of the row at `row`, zero outside [0, extent).
template <class A>
void load_columns(const KernelArguments& arguments, int64_t row, int64_t extent, int64_t first,
                  int64_t count, A* to) {
  const int64_t begin = std::clamp<int64_t>(first, 0, extent);
  const int64_t end = std::clamp<int64_t>(first + count, begin, extent);
  const int64_t before = std::clamp<int64_t>(begin - first, 0, count);
  std::fill_n(to, before, A{});
  widen(arguments.input_data(0), arguments.input_dtype(0), row + begin, end - begin, to + before);
  std::fill(to + before + (end - begin), to + count, A{});
}

// Adds what one input channel gives to a tile of one output row.
template <class A>
void add_channel(const KernelArguments& arguments, const Conv& c, const Place& place,
                 const Buffers<A>& buffers, int64_t channel, int64_t row, int64_t column,
                 int64_t columns) {
  const auto& [depth, height, width] = c.window.axes;
  const int64_t plane =
      ((place.image * c.groups + place.group) * c.in_channels + channel) * c.window.in_plane();
  const int64_t count = (columns - 1) * width.stride + (width.kernel - 1) * width.dilation + 1;
  for (int64_t tap = 0; tap < depth.kernel * height.kernel; ++tap) {
    const int64_t z = depth.input(row / height.out, tap / height.kernel);
    const int64_t y = height.input(row % height.out, tap % height.kernel);
    if (!depth.inside(z) || !height.inside(y)) continue;
    load_columns(arguments, plane + (z * height.in + y) * width.in, width.in,
                 width.input(column, 0), count, buffers.inputs);
    for (int64_t m = 0; m < place.channels; ++m) {
      const A* const weights =
          buffers.weights + (m * c.in_channels + channel) * c.window.taps() + tap * width.kernel;
      for (int64_t k = 0; k < width.kernel; ++k) {
        add_products(buffers.inputs + k * width.dilation, width.stride, weights[k], columns,
                     buffers.sums + m * tile_columns);
      }
    }
  }
}

template <class A>
void run_rows(const KernelArguments& arguments, const Conv& c, const Place& place,
              const Buffers<A>& buffers) {
  const int64_t width = c.window.axes[2].out;
  const int64_t channel0 = place.group * c.out_channels + place.channel;
  for (int64_t row = place.row; row < place.last_row; ++row) {
    for (int64_t column = 0; column < width; column += tile_columns) {
      const int64_t columns = std::min(tile_columns, width - column);
      for (int64_t m = 0; m < place.channels; ++m) {
        A bias{};
        if (arguments.has_input(2)) {
          widen(arguments.input_data(2), arguments.input_dtype(2), channel0 + m, 1, &bias);
        }
        std::fill_n(buffers.sums + m * tile_columns, columns, bias);
      }
      for (int64_t channel = 0; channel < c.in_channels; ++channel) {
        add_channel(arguments, c, place, buffers, channel, row, column, columns);
      }
      for (int64_t m = 0; m < place.channels; ++m) {
        const int64_t plane = place.image * c.groups * c.out_channels + channel0 + m;
        narrow(buffers.sums + m * tile_columns, columns, arguments.output_dtype(0),
               arguments.output_data(0), (plane * c.rows + row) * width + column);
      }
    }
  }
}

template <class A>
void run_chunk(const KernelArguments& arguments, const Conv& c, int64_t chunk) {
  const Place place = place_of(c, chunk);
  const int64_t weights = c.in_channels * c.window.taps();
  Scratch scratch(arguments.scratch());
  const Buffers<A> buffers = {.weights = scratch.take<A>(block_channels * weights),
                              .sums = scratch.take<A>(block_channels * tile_columns),
                              .inputs = scratch.take<A>(c.tile_inputs)};
  widen(arguments.input_data(1), arguments.input_dtype(1),
        (place.group * c.out_channels + place.channel) * weights, place.channels * weights,
        buffers.weights);
  run_rows(arguments, c, place, buffers);
}

void run(const KernelArguments& arguments, int64_t chunk) {
  with_accumulator(arguments.output_dtype(0),
                   [&]<class A>() { run_chunk<A>(arguments, arguments.block<Conv>(), chunk); });
}

// A kernel of one tap with stride 1 and no padding sees the plane as one long row.
void flatten(Window& window) {
  for (const WindowAxis& axis : window.axes) {
    const bool plain = axis.kernel == 1 && axis.stride == 1 && axis.pad_begin == 0;
    if (!plain || axis.in != axis.out) return;
  }
  const int64_t plane = window.in_plane();
  window.axes = {WindowAxis{}, WindowAxis{}, WindowAxis{.in = plane, .out = plane}};
}

Status check(const KernelSizes& sizes, const Conv& c) {
  const std::span<const int64_t> x = sizes.input(0);
  const std::span<const int64_t> w = sizes.input(1);
  if (w.size() != x.size()) return invalid("weights of rank {}, input of {}", w.size(), x.size());
  if (c.groups < 1 || w[0] % c.groups != 0 || w[1] * c.groups != x[1]) {
    return invalid("group {} does not fit {} input channels and weights of {} x {} channels",
                   c.groups, x[1], w[0], w[1]);
  }
  int64_t taps = 1;
  for (const int64_t extent : w.subspan(2)) taps *= extent;
  if (taps != c.window.taps()) return invalid("kernel_shape does not fit the weights");
  if (sizes.output(0)[0] != x[0] || sizes.output(0)[1] != w[0]) {
    return invalid("output of {} images, {} channels", sizes.output(0)[0], sizes.output(0)[1]);
  }
  if (sizes.has_input(2) && (sizes.input(2).size() != 1 || sizes.input(2)[0] != w[0])) {
    return invalid("bias does not fit {} output channels", w[0]);
  }
  return {};
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  Conv c;
  TENON_TRY_ASSIGN(c.window, window_of(sizes));
  c.groups = sizes.node().attr_int("group", 1);
  TENON_TRY(check(sizes, c));
  flatten(c.window);
  c.batch = sizes.input(0)[0];
  c.in_channels = sizes.input(1)[1];
  c.out_channels = sizes.input(1)[0] / c.groups;
  c.blocks = (c.out_channels + block_channels - 1) / block_channels;
  const WindowAxis& width = c.window.axes[2];
  c.rows = c.window.axes[0].out * c.window.axes[1].out;
  c.chunk_rows = std::max<int64_t>(1, chunk_elements / std::max<int64_t>(width.out, 1));
  c.row_chunks = width.out == 0 ? 0 : (c.rows + c.chunk_rows - 1) / c.chunk_rows;
  const int64_t columns = std::min(tile_columns, std::max<int64_t>(width.out, 1));
  c.tile_inputs = (columns - 1) * width.stride + (width.kernel - 1) * width.dilation + 1;
  const int64_t scratch =
      block_channels * (c.in_channels * c.window.taps() + tile_columns) + c.tile_inputs;
  return KernelWork{.chunks = c.batch * c.groups * c.blocks * c.row_chunks,
                    .scratch = scratch * 8,
                    .block = keep(c)};
}

constexpr DTypes types = float_types | DTypes{DType::i32};

}  // namespace

Kernel conv() {
  return {.op = "Conv",
          .inputs = {types},
          .outputs = {types},
          .match = has_spatial_axes,
          .shape = shape,
          .run = run};
}

}  // namespace tenon::reference
