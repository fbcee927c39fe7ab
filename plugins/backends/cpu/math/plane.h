// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace tenon::cpu {

// A window that slides over a plane, along one axis. All sizes are at least 1.
struct PlaneAxis {
  int64_t in = 1;
  int64_t out = 1;
  int64_t kernel = 1;
  int64_t stride = 1;
  int64_t dilation = 1;
  int64_t pad = 0;  // before the first element; below 0 skips some
};

}  // namespace tenon::cpu
