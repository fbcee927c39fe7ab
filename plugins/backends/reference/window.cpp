// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/window.h"

#include <algorithm>

namespace tenon::reference {

Taps taps_in(const WindowAxis& axis, int64_t o, int64_t begin, int64_t end) {
  const int64_t at = axis.input(o, 0);
  const int64_t first = at >= begin ? 0 : (begin - at + axis.dilation - 1) / axis.dilation;
  const int64_t last = at >= end ? 0 : (end - at + axis.dilation - 1) / axis.dilation;
  return {std::min(first, axis.kernel), std::min(last, axis.kernel)};
}

Status has_spatial_axes(const NodeView& node) {
  const size_t rank = node.input_rank(0);
  if (rank >= 3 && rank <= 5) return {};
  return unsupported("input 0 has rank {}, expected 3 to 5: one to three spatial axes", rank);
}

static Result<std::vector<int64_t>> list(const KernelSizes& sizes, std::string_view name,
                                         size_t count, int64_t least) {
  TENON_TRY_ASSIGN(std::vector<int64_t> numbers, sizes.ints(name));
  if (numbers.size() != count) {
    return invalid("{} has {} numbers, expected {}", name, numbers.size(), count);
  }
  // Far beyond any real size, and small enough that products of two stay inside 64 bits.
  constexpr int64_t most = int64_t{1} << 31;
  for (const int64_t number : numbers) {
    if (number < least || number > most) {
      return invalid("{} has {}, expected {} to {}", name, number, least, most);
    }
  }
  return numbers;
}

// Coordinates and counts of taps must stay far inside 64 bits.
static Status check_extents(const Window& window) {
  constexpr int64_t most = int64_t{1} << 40;
  int64_t taps = 1;
  for (const WindowAxis& axis : window.axes) {
    int64_t last = 0;
    if (axis.kernel > most / axis.dilation || axis.kernel > most / taps ||
        __builtin_mul_overflow(axis.out, axis.stride, &last) || last > (int64_t{1} << 62)) {
      return invalid("window of {} taps, stride {}, dilation {} is too large", axis.kernel,
                     axis.stride, axis.dilation);
    }
    taps *= axis.kernel;
  }
  return {};
}

Result<Window> window_of(const KernelSizes& sizes) {
  const std::span<const int64_t> in = sizes.input(0);
  const std::span<const int64_t> out = sizes.output(0);
  if (in.size() < 3 || in.size() > 5 || out.size() != in.size()) {
    return invalid("ranks {} and {} of input and output, expected equal ranks of 3 to 5", in.size(),
                   out.size());
  }
  const size_t axes = in.size() - 2;
  TENON_TRY_ASSIGN(const auto kernel, list(sizes, "kernel_shape", axes, 1));
  TENON_TRY_ASSIGN(const auto strides, list(sizes, "strides", axes, 1));
  TENON_TRY_ASSIGN(const auto dilations, list(sizes, "dilations", axes, 1));
  TENON_TRY_ASSIGN(const auto pads, list(sizes, "pads", 2 * axes, -(int64_t{1} << 31)));
  Window window;
  for (size_t i = 0; i < axes; ++i) {
    window.axes[3 - axes + i] = {.in = in[2 + i],
                                 .out = out[2 + i],
                                 .kernel = kernel[i],
                                 .stride = strides[i],
                                 .dilation = dilations[i],
                                 .pad_begin = pads[i],
                                 .pad_end = pads[axes + i]};
  }
  TENON_TRY(check_extents(window));
  return window;
}

}  // namespace tenon::reference
