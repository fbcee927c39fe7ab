// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "axes.h"

// The window that Conv, ConvTranspose and Pool slide over one to three spatial axes. Sizes are
// arguments of the kernel; taps, strides and dilations stand in its code.
namespace tenon::kernelgen {

struct WindowAxis {
  Value in;
  Value out;
  Value kernel;
  int64_t stride = 1;
  int64_t dilation = 1;
  Value pad_begin;
  Value pad_end;
  bool is_plain = false;  // one tap, stride 1, no padding: output o reads input o
};

// Taps [first, last) of a window.
struct Taps {
  Value first;
  Value last;
};

// Numbers of the attributes, checked.
struct WindowSizes {
  std::vector<Expr> kernel;
  std::vector<int64_t> strides;
  std::vector<int64_t> dilations;
  std::vector<Expr> pads;
};
Result<WindowSizes> window_sizes(const Work& work);

std::vector<WindowAxis> window_axes(Draft& draft, const WindowSizes& sizes,
                                    std::span<const Expr> in, std::span<const Expr> out);

// Where tap 0 of output o reads.
Value origin(const WindowAxis& axis, Value o);
// The taps whose input coordinate lies in [begin, end); at: of tap 0.
Taps taps_between(const WindowAxis& axis, Value at, Value begin, Value end);
// The taps inside the input.
Taps taps_inside(const WindowAxis& axis, Value at);

}  // namespace tenon::kernelgen
