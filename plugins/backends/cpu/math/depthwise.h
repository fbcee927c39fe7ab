// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/math/plane.h"

#include <cstdint>

// Convolutions of a plane with a window: what is left of a convolution where every channel has
// a group of its own. [any thread]
namespace tenon::cpu {

struct DepthwisePlane {
  int64_t count = 1;  // such planes behind each other, with weights and biases of their own
  PlaneAxis rows;
  PlaneAxis columns;
  const float* in = nullptr;
  const float* zeros = nullptr;    // a row of them
  const float* weights = nullptr;  // [rows.kernel, columns.kernel]
  const float* biases = nullptr;   // or null
  float* out = nullptr;
  bool limits = false;  // whether results are kept between low and high; NaN stays
  float low = 0;
  float high = 0;
  int64_t first_row = 0;  // of the output ...
  int64_t last_row = 0;   // ... and the one behind the last, to compute
};

struct Depthwise {
  int64_t width;    // of a vector: planes of longer rows are better run one by one
  int64_t strides;  // the greatest stride along rows of elements
  int64_t taps;     // the longest row of a window
  void (*plane)(const DepthwisePlane& plane);
};

const Depthwise& depthwise();

}  // namespace tenon::cpu
