// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/math/plane.h"

#include <cstdint>

// The greatest element or the mean of each window of a plane. [any thread]
namespace tenon::cpu {

struct PoolPlane {
  PlaneAxis rows;
  PlaneAxis columns;
  // Whether padding counts in a mean, as zeros, and how much there is behind the last elements.
  bool count_padding = false;
  int64_t rows_behind = 0;
  int64_t columns_behind = 0;
  const float* in = nullptr;
  float* out = nullptr;
  int64_t first_row = 0;  // of the output ...
  int64_t last_row = 0;   // ... and the one behind the last, to compute
};

struct WindowPool {
  int64_t strides;                           // the greatest along a row
  int64_t taps;                              // the longest row of a window
  void (*greatest)(const PoolPlane& plane);  // NaN where a window has one
  void (*mean)(const PoolPlane& plane);
};

const WindowPool& window_pool();

}  // namespace tenon::cpu
