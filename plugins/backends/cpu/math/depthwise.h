// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/math/plane.h"

#include <cstdint>

// Convolutions of one plane with one window: what is left of a convolution where every channel has
// a group of its own. [any thread]
namespace tenon::cpu {

struct DepthwisePlane {
  PlaneAxis rows;
  PlaneAxis columns;
  const float* in = nullptr;
  const float* zeros = nullptr;    // a row of them
  const float* weights = nullptr;  // [rows.kernel, columns.kernel]
  float bias = 0;
  float* out = nullptr;
  int64_t first_row = 0;  // of the output ...
  int64_t last_row = 0;   // ... and the one behind the last, to compute
};

struct Depthwise {
  int64_t strides;  // the greatest stride along rows of elements
  int64_t taps;     // the longest row of a window
  void (*plane)(const DepthwisePlane& plane);
};

const Depthwise& depthwise();

}  // namespace tenon::cpu
