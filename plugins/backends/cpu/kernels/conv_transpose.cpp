// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/constants.h"
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/math/gates.h"
#include "plugins/backends/reference/reference.h"
#include "plugins/backends/reference/window.h"

#include <algorithm>
#include <array>

namespace tenon::cpu {
namespace {

using reference::WindowAxis;

enum Input : size_t { x, w, b };

constexpr int64_t tile_places = 32;

// Output o = place * step + phase - pad gets tap k = phase + step * m of input place - m: for each
// phase an ordinary convolution with every step-th tap. So a place makes a row of phases for each
// channel, which is a product of the inputs around it, laid out channels last.
struct Phases {
  int64_t step = 1;
  int64_t taps = 1;  // of a phase
  int64_t kernel = 1;
};

struct ConvTranspose {
  Phases height, width;
  int64_t groups = 1;
  int64_t in_channels = 0;    // of a group
  int64_t out_channels = 0;   // of a group
  int64_t part_channels = 0;  // output channels that are made together
  int64_t parts = 0;
  std::vector<std::vector<float>> packed;  // by group, part and tap of the height
  std::vector<std::vector<float>> starts;  // by group and part: the bias of each lane

  int64_t phases() const { return height.step * width.step; }
  int64_t channels_of(int64_t part) const {
    return std::min(part_channels, out_channels - part * part_channels);
  }
};

// Places along one axis, and the inputs that they see.
struct Places {
  WindowAxis axis;
  int64_t first = 0;  // place of output 0
  int64_t count = 0;
  int64_t inputs = 0;  // how many, from input `start` on; those that are not there are 0
  int64_t start = 0;
};

struct Shape {
  Places height, width;
  int64_t tiles = 0;  // along the width
};

std::vector<int64_t> list(const NodeView& node, std::string_view name) {
  const tenon_attr* attr = node.graph().attr(node.row(), name);
  if (attr == nullptr || attr->kind != TENON_ATTR_INTS) return {};
  const std::span<const int64_t> numbers = node.graph().numbers(*attr);
  return {numbers.begin(), numbers.end()};
}

Status match(const NodeView& node) {
  const size_t rank = node.input_rank(x);
  if (rank != 3 && rank != 4) return unsupported("data of rank {}, expected 3 or 4", rank);
  if (!is_constant(node, w) || (node.has_input(b) && !is_constant(node, b))) {
    return unsupported("weights that may change");
  }
  if (list(node, "strides").size() != rank - 2) return unsupported("strides that may change");
  for (const int64_t dilation : list(node, "dilations")) {
    if (dilation != 1) return unsupported("dilation {}", dilation);
  }
  return {};
}

Phases phases_of(int64_t step, int64_t kernel) {
  return {.step = step, .taps = (kernel + step - 1) / step, .kernel = kernel};
}

// Rows of the matrix of one part and tap of the height: channel, phase of the height, of the width.
// Its inner axis: tap of the width from the last to the first, input channel.
std::vector<float> matrix_of(const ConvTranspose& c, const std::vector<float>& weights,
                             int64_t group, int64_t part, int64_t tap) {
  const int64_t inner = c.width.taps * c.in_channels;
  std::vector<float> matrix(static_cast<size_t>(c.channels_of(part) * c.phases() * inner));
  for (int64_t row = 0; row < c.channels_of(part) * c.phases(); ++row) {
    const int64_t channel = part * c.part_channels + row / c.phases();
    const int64_t ky = row / c.width.step % c.height.step + c.height.step * tap;
    for (int64_t t = 0; t < c.width.taps && ky < c.height.kernel; ++t) {
      const int64_t kx = row % c.width.step + c.width.step * (c.width.taps - 1 - t);
      for (int64_t i = 0; i < c.in_channels && kx < c.width.kernel; ++i) {
        const int64_t from = ((group * c.in_channels + i) * c.out_channels + channel);
        matrix[static_cast<size_t>(row * inner + t * c.in_channels + i)] =
            weights[static_cast<size_t>((from * c.height.kernel + ky) * c.width.kernel + kx)];
      }
    }
  }
  return matrix;
}

void pack_part(ConvTranspose& c, const std::vector<float>& weights, const std::vector<float>& bias,
               int64_t group, int64_t part) {
  const Gates& math = gates();
  const int64_t lanes = c.channels_of(part) * c.phases();
  const int64_t inner = c.width.taps * c.in_channels;
  for (int64_t tap = 0; tap < c.height.taps; ++tap) {
    const std::vector<float> matrix = matrix_of(c, weights, group, part, tap);
    std::vector<float>& packed = c.packed.emplace_back();
    packed.resize(static_cast<size_t>(math.packed_size(lanes, inner)));
    math.pack(matrix.data(), lanes, inner, packed.data());
  }
  std::vector<float>& start = c.starts.emplace_back();
  start.resize(static_cast<size_t>((lanes + math.width - 1) / math.width * math.width));
  for (int64_t lane = 0; lane < lanes && !bias.empty(); ++lane) {
    const int64_t channel = part * c.part_channels + lane / c.phases();
    start[static_cast<size_t>(lane)] = bias[static_cast<size_t>(group * c.out_channels + channel)];
  }
}

Result<KernelState> prepare(const NodeView& node, const KernelConstants& constants) {
  ConvTranspose c;
  const std::span<const tenon_dim> dims = node.input_dims(w);
  const std::vector<int64_t> strides = list(node, "strides");
  const bool is_flat = dims.size() == 3;
  c.groups = node.attr_int("group", 1);
  if (c.groups < 1 || dims[0] % c.groups != 0) return invalid("group {} of {}", c.groups, dims[0]);
  c.in_channels = dims[0] / c.groups;
  c.out_channels = dims[1];
  if (!is_flat) c.height = phases_of(strides[0], dims[2]);
  c.width = phases_of(strides.back(), dims.back());
  const std::vector<float> weights = numbers_of<float>(constants, w);
  const std::vector<float> bias = numbers_of<float>(constants, b);
  if (static_cast<int64_t>(weights.size()) !=
          dims[0] * c.out_channels * c.height.kernel * c.width.kernel ||
      (!bias.empty() && static_cast<int64_t>(bias.size()) != c.groups * c.out_channels)) {
    return invalid("weights or biases of a wrong size");
  }
  constexpr int64_t part_lanes = 256;
  c.part_channels = std::clamp<int64_t>(part_lanes / c.phases(), 1, std::max<int64_t>(dims[1], 1));
  c.parts = (c.out_channels + c.part_channels - 1) / c.part_channels;
  for (int64_t group = 0; group < c.groups; ++group) {
    for (int64_t part = 0; part < c.parts; ++part) pack_part(c, weights, bias, group, part);
  }
  return keep(std::move(c));
}

int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

Places places_of(const WindowAxis& axis, const Phases& phases) {
  Places made;
  made.axis = axis;
  made.first = floor_div(axis.pad_begin, phases.step);
  if (axis.out > 0) {
    made.count = floor_div(axis.out - 1 + axis.pad_begin, phases.step) - made.first + 1;
  }
  made.inputs = made.count + phases.taps - 1;
  made.start = made.first - (phases.taps - 1);
  return made;
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  const auto& c = sizes.state<ConvTranspose>();
  TENON_TRY_ASSIGN(const reference::Window window, reference::window_of(sizes));
  const auto fits = [](const WindowAxis& axis, const Phases& phases) {
    return axis.stride == phases.step && axis.kernel == phases.kernel;
  };
  const int64_t channels = c.groups * c.out_channels;
  if (!fits(window.axes[1], c.height) || !fits(window.axes[2], c.width) ||
      sizes.input(x)[1] != c.groups * c.in_channels || sizes.output(0)[1] != channels) {
    return invalid("the window or the channels do not fit the weights");
  }
  Shape s = {.height = places_of(window.axes[1], c.height),
             .width = places_of(window.axes[2], c.width)};
  s.tiles = (s.width.count + tile_places - 1) / tile_places;
  const int64_t images = sizes.input(x)[0];
  KernelWork work;
  work.earlier = {images * c.groups * s.height.inputs};
  work.chunks = images * c.groups * s.height.count * s.tiles * c.parts;
  work.shared = 4 * images * c.groups * s.height.inputs * s.width.inputs * c.in_channels;
  const int64_t width = gates().width;
  work.scratch = 4 * tile_places * ((c.part_channels * c.phases() + width - 1) / width * width);
  work.block = keep(s);
  return work;
}

// One row of the inputs that places see, channels last.
void turn_row(const KernelArguments& arguments, const ConvTranspose& c, const Shape& s,
              int64_t chunk) {
  const int64_t size = s.width.inputs * c.in_channels;
  float* const to = reinterpret_cast<float*>(arguments.shared().data()) + chunk * size;
  const int64_t y = s.height.start + chunk % s.height.inputs;
  std::fill_n(to, size, 0.0f);
  if (!s.height.axis.inside(y)) return;
  const int64_t plane = s.height.axis.in * s.width.axis.in;
  const float* const from = arguments.input<float>(x).data() +
                            chunk / s.height.inputs * c.in_channels * plane + y * s.width.axis.in;
  const int64_t first = std::max<int64_t>(0, -s.width.start);
  const int64_t last = std::min(s.width.inputs, s.width.axis.in - s.width.start);
  constexpr int64_t block = 16;
  for (int64_t j0 = first; j0 < last; j0 += block) {
    for (int64_t i = 0; i < c.in_channels; ++i) {
      for (int64_t j = j0; j < std::min(j0 + block, last); ++j) {
        to[j * c.in_channels + i] = from[i * plane + s.width.start + j];
      }
    }
  }
}

// Where a chunk of the product stands.
struct Tile {
  int64_t plane;  // image * groups + group
  int64_t group;
  int64_t part;
  int64_t row;    // place of the height
  int64_t place;  // first place of the width
  int64_t count;
};

Tile tile_of(const ConvTranspose& c, const Shape& s, int64_t chunk) {
  const int64_t part = chunk % c.parts;
  chunk /= c.parts;
  const int64_t place = chunk % s.tiles * tile_places;
  chunk /= s.tiles;
  const int64_t plane = chunk / s.height.count;
  return {.plane = plane,
          .group = plane % c.groups,
          .part = part,
          .row = chunk % s.height.count,
          .place = place,
          .count = std::min(tile_places, s.width.count - place)};
}

// Stores the phases of each place and channel to where they belong in the output.
void scatter(const ConvTranspose& c, const Shape& s, const Tile& tile, const float* sums,
             int64_t lanes, float* y) {
  const int64_t out = s.width.axis.out;
  for (int64_t row = 0; row < c.channels_of(tile.part) * c.height.step; ++row) {
    const int64_t channel = tile.part * c.part_channels + row / c.height.step;
    const int64_t top =
        (s.height.first + tile.row) * c.height.step + row % c.height.step - s.height.axis.pad_begin;
    if (top < 0 || top >= s.height.axis.out) continue;
    float* const to = y + ((tile.plane * c.out_channels + channel) * s.height.axis.out + top) * out;
    for (int64_t i = 0; i < tile.count; ++i) {
      const int64_t left = (s.width.first + tile.place + i) * c.width.step - s.width.axis.pad_begin;
      const int64_t first = std::max<int64_t>(0, -left);
      const int64_t last = std::min(c.width.step, out - left);
      const float* const from = sums + i * lanes + row * c.width.step;
      for (int64_t p = first; p < last; ++p) to[left + p] = from[p];
    }
  }
}

void run_tile(const KernelArguments& arguments, const ConvTranspose& c, const Shape& s,
              int64_t chunk) {
  const Tile tile = tile_of(c, s, chunk);
  const auto part = static_cast<size_t>(tile.group * c.parts + tile.part);
  const std::vector<float>& start = c.starts[part];
  const auto lanes = static_cast<int64_t>(start.size());
  auto* const sums = reinterpret_cast<float*>(arguments.scratch().data());
  const auto* const turned = reinterpret_cast<const float*>(arguments.shared().data());
  std::array<GateRow, tile_places> list;
  for (int64_t tap = 0; tap < c.height.taps; ++tap) {
    const int64_t y = tile.plane * s.height.inputs + tile.row + c.height.taps - 1 - tap;
    for (int64_t i = 0; i < tile.count; ++i) {
      float* const to = sums + i * lanes;
      list[static_cast<size_t>(i)] = {
          .x = turned + (y * s.width.inputs + tile.place + i) * c.in_channels,
          .start = tap == 0 ? start.data() : to,
          .to = to};
    }
    const std::vector<float>& packed =
        c.packed[part * static_cast<size_t>(c.height.taps) + static_cast<size_t>(tap)];
    gates().multiply(packed.data(), c.channels_of(tile.part) * c.phases(),
                     c.width.taps * c.in_channels, list.data(), tile.count);
  }
  scatter(c, s, tile, sums, lanes, arguments.output<float>(0).data());
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& c = arguments.state<ConvTranspose>();
  const auto& s = arguments.block<Shape>();
  if (arguments.phase() == 0) return turn_row(arguments, c, s, chunk);
  run_tile(arguments, c, s, chunk);
}

}  // namespace

Kernel conv_transpose() {
  return {.op = "ConvTranspose",
          .inputs = {DType::f32},
          .outputs = {DType::f32},
          .match = match,
          .prepare = prepare,
          .shape = shape,
          .run = run};
}

}  // namespace tenon::cpu
