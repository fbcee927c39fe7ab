// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/conv_node.h"
#include "plugins/backends/cpu/finish.h"
#include "plugins/backends/cpu/math/depthwise.h"
#include "plugins/backends/cpu/plane_chunks.h"
#include "plugins/backends/cpu/scratch.h"
#include "tenon/kernels.h"

#include <algorithm>

// Conv of f32 whose groups have one input channel each.
namespace tenon::cpu {
namespace {

// Loads of what lies before or behind a row of zeros stay in the scratch.
constexpr int64_t around_zeros = 64;
// Elements of planes that are finished together.
constexpr int64_t finished_elements = 4096;
// Of a tap, against one in a large product.
constexpr int64_t tap_cost = 4;

struct DepthwiseConv {
  DepthwisePlane plane;  // its sizes
  PlaneChunks chunks;
  int64_t channels = 0;    // of the output
  int64_t multiplier = 1;  // output channels of an input channel
  BoundEnding ending;
};

Status match(const NodeView& node) {
  TENON_TRY(fits_depthwise(node));
  return finishes_in_place(node);
}

Result<KernelState> prepare(const NodeView& node, const KernelConstants&) {
  TENON_TRY_ASSIGN(Ending ending, Ending::make(node));
  return keep(std::move(ending));
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  TENON_TRY_ASSIGN(const reference::Window window, reference::window_of(sizes));
  TENON_TRY(check_conv(sizes, window, sizes.node().attr_int("group", 1)));
  DepthwiseConv conv;
  conv.plane.rows = plane_axis(window.axes[1]);
  conv.plane.columns = plane_axis(window.axes[2]);
  conv.channels = sizes.output(0)[1];
  conv.multiplier = conv.channels / sizes.input(0)[1];
  conv.chunks = PlaneChunks(sizes.input(0)[0] * conv.channels, conv.plane.rows.out,
                            conv.plane.columns.out, window.taps() * tap_cost);
  TENON_TRY_ASSIGN(conv.ending, BoundEnding::make(sizes.state<Ending>(), sizes, 2));
  const int64_t chunks = window.out_plane() == 0 ? 0 : conv.chunks.chunks();
  return KernelWork{.chunks = chunks,
                    .scratch = (conv.plane.columns.in + 2 * around_zeros) * 4,
                    .block = keep(std::move(conv))};
}

// Planes [first, last) of the output, whose rows are cut as `plane` says.
void run_planes(const KernelArguments& arguments, const DepthwiseConv& conv, DepthwisePlane plane,
                int64_t first, int64_t last) {
  const int64_t in_plane = plane.rows.in * plane.columns.in;
  const int64_t out_plane = plane.rows.out * plane.columns.out;
  const int64_t taps = plane.rows.kernel * plane.columns.kernel;
  const bool several = conv.multiplier == 1 && plane.columns.out <= depthwise().width;
  while (first < last) {
    const int64_t channel = first % conv.channels;
    plane.count = several ? std::min(last - first, conv.channels - channel) : 1;
    plane.in = arguments.input<float>(0).data() + first / conv.multiplier * in_plane;
    plane.weights = arguments.input<float>(1).data() + channel * taps;
    if (arguments.has_input(2)) plane.biases = arguments.input<float>(2).data() + channel;
    plane.out = arguments.output<float>(0).data() + first * out_plane;
    depthwise().plane(plane);
    first += plane.count;
  }
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& conv = arguments.block<DepthwiseConv>();
  const PlaneChunks::Part part = conv.chunks.part(chunk);
  DepthwisePlane plane = conv.plane;
  float* const scratch = floats(arguments.scratch());
  std::fill_n(scratch, plane.columns.in + 2 * around_zeros, 0.0F);
  plane.zeros = scratch + around_zeros;
  plane.first_row = part.first_row;
  plane.last_row = part.last_row;
  const Finish finish(conv.ending, arguments);
  const bool is_finished = finish.gives_limits(plane.low, plane.high);
  plane.limits = is_finished;
  const int64_t columns = plane.columns.out, positions = plane.rows.out * columns;
  const int64_t together = std::max<int64_t>(1, finished_elements / positions);
  for (int64_t first = part.first_plane; first < part.last_plane; first += together) {
    const int64_t last = std::min(first + together, part.last_plane);
    run_planes(arguments, conv, plane, first, last);
    if (is_finished) continue;
    const int64_t column = part.first_row * columns;
    finish(arguments.output<float>(0).data() + first * positions + column, positions, first,
           last - first, column, (part.last_row - part.first_row) * columns);
  }
}

}  // namespace

Kernel depthwise_conv() {
  return {.op = "Conv",
          .inputs = {DType::f32},
          .outputs = {DType::f32},
          .match = match,
          .prepare = prepare,
          .shape = shape,
          .run = run,
          .takes_epilogue = true};
}

}  // namespace tenon::cpu
