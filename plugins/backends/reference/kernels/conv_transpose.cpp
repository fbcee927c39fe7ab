// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/reference.h"
#include "plugins/backends/reference/window.h"

#include <algorithm>

namespace tenon::reference {
namespace {

// A chunk computes some output channels of one group on some output rows: every input row that
// reaches an output row is widened once and spread over it.
constexpr int64_t block_channels = 8;
constexpr int64_t chunk_elements = 4096;

struct ConvTranspose {
  Window window;
  int64_t batch = 0;
  int64_t groups = 1;
  int64_t in_channels = 0;   // of a group
  int64_t out_channels = 0;  // of a group
  int64_t blocks = 0;        // of output channels in a group
  int64_t rows = 0;          // of an output plane
  int64_t chunk_rows = 1;
  int64_t row_chunks = 0;
};

template <class A>
struct Buffers {
  A* weights;  // [in_channels, channels, taps]
  A* sums;     // [channels, width.out]
  A* inputs;   // [width.in]
};

// The input coordinate that tap k sends to output o, or -1.
int64_t source(const WindowAxis& axis, int64_t o, int64_t k) {
  const int64_t reach = o + axis.pad_begin - k * axis.dilation;
  if (reach < 0 || reach % axis.stride != 0 || reach / axis.stride >= axis.in) return -1;
  return reach / axis.stride;
}

// Adds one input row, seen through tap k of the width axis, to an output row.
template <class A>
void spread(const WindowAxis& width, const A* inputs, int64_t k, A weight, A* sums) {
  for (int64_t x = 0; x < width.in; ++x) {
    const int64_t o = width.input(x, k);
    if (o < 0 || o >= width.out) continue;
    sums[o] = wrapping_add(sums[o], wrapping_multiply(weight, inputs[x]));
  }
}

struct Place {
  int64_t plane;     // image * groups + group
  int64_t channel;   // first output channel, counted in the group
  int64_t channels;  // how many
};

template <class A>
void run_row(const KernelArguments& arguments, const ConvTranspose& c, const Place& place,
             const Buffers<A>& buffers, int64_t row) {
  const auto& [depth, height, width] = c.window.axes;
  const int64_t first = place.plane % c.groups * c.out_channels + place.channel;
  for (int64_t m = 0; m < place.channels; ++m) {
    A bias{};
    if (arguments.has_input(2)) {
      widen(arguments.input_data(2), arguments.input_dtype(2), first + m, 1, &bias);
    }
    std::fill_n(buffers.sums + m * width.out, width.out, bias);
  }
  for (int64_t tap = 0; tap < depth.kernel * height.kernel; ++tap) {
    const int64_t z = source(depth, row / height.out, tap / height.kernel);
    const int64_t y = source(height, row % height.out, tap % height.kernel);
    if (z < 0 || y < 0) continue;
    for (int64_t channel = 0; channel < c.in_channels; ++channel) {
      const int64_t in_plane = place.plane * c.in_channels + channel;
      widen(arguments.input_data(0), arguments.input_dtype(0),
            in_plane * c.window.in_plane() + (z * height.in + y) * width.in, width.in,
            buffers.inputs);
      for (int64_t m = 0; m < place.channels; ++m) {
        const A* const weights =
            buffers.weights + (channel * place.channels + m) * c.window.taps() + tap * width.kernel;
        for (int64_t k = 0; k < width.kernel; ++k) {
          spread(width, buffers.inputs, k, weights[k], buffers.sums + m * width.out);
        }
      }
    }
  }
  for (int64_t m = 0; m < place.channels; ++m) {
    const int64_t out_plane = place.plane * c.out_channels + place.channel + m;
    narrow(buffers.sums + m * width.out, width.out, arguments.output_dtype(0),
           arguments.output_data(0), (out_plane * c.rows + row) * width.out);
  }
}

template <class A>
void run_chunk(const KernelArguments& arguments, const ConvTranspose& c, int64_t chunk) {
  const int64_t part = chunk % c.row_chunks;
  const int64_t block = chunk / c.row_chunks % c.blocks;
  const int64_t channel = block * block_channels;
  const Place place = {.plane = chunk / c.row_chunks / c.blocks,
                       .channel = channel,
                       .channels = std::min(block_channels, c.out_channels - channel)};
  const int64_t taps = c.window.taps();
  Scratch scratch(arguments.scratch());
  const Buffers<A> buffers = {.weights = scratch.take<A>(c.in_channels * block_channels * taps),
                              .sums = scratch.take<A>(block_channels * c.window.axes[2].out),
                              .inputs = scratch.take<A>(c.window.axes[2].in)};
  for (int64_t i = 0; i < c.in_channels; ++i) {
    const int64_t in_channel = place.plane % c.groups * c.in_channels + i;
    widen(arguments.input_data(1), arguments.input_dtype(1),
          (in_channel * c.out_channels + channel) * taps, place.channels * taps,
          buffers.weights + i * place.channels * taps);
  }
  const int64_t last = std::min((part + 1) * c.chunk_rows, c.rows);
  for (int64_t row = part * c.chunk_rows; row < last; ++row) {
    run_row(arguments, c, place, buffers, row);
  }
}

void run(const KernelArguments& arguments, int64_t chunk) {
  with_accumulator(arguments.output_dtype(0), [&]<class A>() {
    run_chunk<A>(arguments, arguments.block<ConvTranspose>(), chunk);
  });
}

Status check(const KernelSizes& sizes, const ConvTranspose& c) {
  const std::span<const int64_t> x = sizes.input(0);
  const std::span<const int64_t> w = sizes.input(1);
  const std::span<const int64_t> y = sizes.output(0);
  if (w.size() != x.size()) return invalid("weights of rank {}, input of {}", w.size(), x.size());
  if (c.groups < 1 || x[1] % c.groups != 0 || w[0] != x[1]) {
    return invalid("group {} does not fit {} input channels and weights of {} x {} channels",
                   c.groups, x[1], w[0], w[1]);
  }
  int64_t taps = 1;
  for (const int64_t extent : w.subspan(2)) taps = wrapping_multiply(taps, extent);
  if (taps != c.window.taps()) return invalid("kernel_shape does not fit the weights");
  if (y[0] != x[0] || y[1] != w[1] * c.groups) {
    return invalid("output of {} images, {} channels", y[0], y[1]);
  }
  if (sizes.has_input(2) && (sizes.input(2).size() != 1 || sizes.input(2)[0] != y[1])) {
    return invalid("bias does not fit {} output channels", y[1]);
  }
  return {};
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  ConvTranspose c;
  TENON_TRY_ASSIGN(c.window, window_of(sizes));
  c.groups = sizes.node().attr_int("group", 1);
  TENON_TRY(check(sizes, c));
  c.batch = sizes.input(0)[0];
  c.in_channels = sizes.input(0)[1] / c.groups;
  c.out_channels = sizes.input(1)[1];
  c.blocks = (c.out_channels + block_channels - 1) / block_channels;
  const WindowAxis& width = c.window.axes[2];
  c.rows = c.window.axes[0].out * c.window.axes[1].out;
  c.chunk_rows = std::max<int64_t>(1, chunk_elements / std::max<int64_t>(width.out, 1));
  c.row_chunks = (c.rows + c.chunk_rows - 1) / c.chunk_rows;
  const int64_t scratch = block_channels * (c.in_channels * c.window.taps() + width.out) + width.in;
  return KernelWork{.chunks = c.batch * c.groups * c.blocks * c.row_chunks,
                    .scratch = scratch * 8,
                    .block = keep(c)};
}

constexpr DTypes types = float_types | DTypes{DType::i32};

}  // namespace

Kernel conv_transpose() {
  return {.op = "ConvTranspose",
          .inputs = {types},
          .outputs = {types},
          .match = has_spatial_axes,
          .shape = shape,
          .run = run};
}

}  // namespace tenon::reference
