// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/math/plane.h"
#include "plugins/backends/cpu/split.h"
#include "plugins/backends/reference/window.h"

#include <cstdint>

// Work on many planes of equal size, in chunks: some rows of some planes. Chunks of the same rows
// follow each other, as those of a convolution's positions do: the same part of a picture stays
// with the same core, and so in its cache, from layer to layer. [any thread]
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
    const double all = plane * static_cast<double>(planes), work = chunk_products(all);
    const int64_t usual =
        std::min({rows / fewest_rows, usual_parts, static_cast<int64_t>(all / work)});
    rows_.parts = std::clamp<int64_t>(static_cast<int64_t>(plane / work),
                                      std::max<int64_t>(usual, 1), std::max<int64_t>(rows, 1));
    const double part = std::max(plane / static_cast<double>(rows_.parts), 1.0);
    planes_of_chunk_ =
        std::clamp<int64_t>(static_cast<int64_t>(work / part), 1, std::max<int64_t>(planes, 1));
  }

  int64_t chunks() const { return plane_parts() * rows_.parts; }
  Part part(int64_t chunk) const {
    const int64_t first = chunk % plane_parts() * planes_of_chunk_, rows = chunk / plane_parts();
    return {first, std::min(first + planes_of_chunk_, planes_), rows_.begin(rows),
            rows_.begin(rows + 1)};
  }

 private:
  static constexpr int64_t fewest_rows = 7;  // of a part: windows reach beyond it
  static constexpr int64_t usual_parts = 4;

  int64_t plane_parts() const { return divide_up(planes_, planes_of_chunk_); }

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
