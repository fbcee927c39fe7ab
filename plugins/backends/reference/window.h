// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernels.h"

#include <array>

// The window that Conv, ConvTranspose and Pool slide over the spatial axes, always as three axes:
// fewer are led by axes of extent 1.
namespace tenon::reference {

struct WindowAxis {
  int64_t in = 1;
  int64_t out = 1;
  int64_t kernel = 1;
  int64_t stride = 1;
  int64_t dilation = 1;
  int64_t pad_begin = 0;
  int64_t pad_end = 0;

  // Input coordinate under tap k of output o; may lie outside.
  int64_t input(int64_t o, int64_t k) const { return o * stride + k * dilation - pad_begin; }
  bool inside(int64_t i) const { return i >= 0 && i < in; }
};

struct Window {
  std::array<WindowAxis, 3> axes;
  // Wraps only where another extent is 0.
  int64_t in_plane() const {
    return wrapping_multiply(wrapping_multiply(axes[0].in, axes[1].in), axes[2].in);
  }
  int64_t out_plane() const { return axes[0].out * axes[1].out * axes[2].out; }
  int64_t taps() const { return axes[0].kernel * axes[1].kernel * axes[2].kernel; }
};

// Taps [first, last) of a window.
struct Taps {
  int64_t first;
  int64_t last;
  int64_t count() const { return last > first ? last - first : 0; }
};
// Those of output o that lie in [begin, end) of the input's coordinates.
Taps taps_in(const WindowAxis& axis, int64_t o, int64_t begin, int64_t end);
inline Taps taps_inside(const WindowAxis& axis, int64_t o) { return taps_in(axis, o, 0, axis.in); }

// match: input 0 has one to three spatial axes.
Status has_spatial_axes(const NodeView& node);

// Reads kernel_shape, strides, dilations and pads against the dims of input 0 and output 0.
Result<Window> window_of(const KernelSizes& sizes);

}  // namespace tenon::reference
