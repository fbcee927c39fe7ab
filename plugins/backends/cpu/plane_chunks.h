// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/math/plane.h"
#include "plugins/backends/cpu/split.h"
#include "plugins/backends/reference/window.h"

#include <cstdint>

// Work on many planes of equal size, in chunks: some planes, or some rows of a large one. [any
// thread]
namespace tenon::cpu {

class PlaneChunks {
 public:
  struct Part {
    int64_t first_plane;
    int64_t last_plane;
    int64_t first_row;
    int64_t last_row;
  };

  PlaneChunks() = default;
  // An element costs about `cost` multiply-adds of a large product.
  PlaneChunks(int64_t planes, int64_t rows, int64_t columns, int64_t cost)
      : planes_(planes), rows_{rows, 1} {
    const double plane = static_cast<double>(rows * columns * cost);
    const double work = chunk_products(plane * static_cast<double>(planes));
    planes_of_chunk_ = std::max<int64_t>(1, static_cast<int64_t>(work / std::max(plane, 1.0)));
    rows_.parts =
        std::clamp<int64_t>(static_cast<int64_t>(plane / work), 1, std::max<int64_t>(rows, 1));
  }

  int64_t chunks() const { return divide_up(planes_, planes_of_chunk_) * rows_.parts; }
  Part part(int64_t chunk) const {
    const int64_t first = chunk / rows_.parts * planes_of_chunk_, rows = chunk % rows_.parts;
    return {first, std::min(first + planes_of_chunk_, planes_), rows_.begin(rows),
            rows_.begin(rows + 1)};
  }

 private:
  int64_t planes_ = 0;
  int64_t planes_of_chunk_ = 1;
  Split rows_;
};

inline PlaneAxis plane_axis(const reference::WindowAxis& axis) {
  return {.in = axis.in,
          .out = axis.out,
          .kernel = axis.kernel,
          .stride = axis.stride,
          .dilation = axis.dilation,
          .pad = axis.pad_begin};
}

}  // namespace tenon::cpu
