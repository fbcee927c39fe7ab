// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/byte_staging.h"

#include "plugins/backends/cpu/math/byte_rows.h"

#include <algorithm>
#include <cstring>

namespace tenon::cpu {
namespace {

using reference::WindowAxis;

// Of staged places 0 to count, whose coordinates are start, start + stride ..., those inside.
struct Inside {
  int64_t first;
  int64_t last;
};
Inside inside(const WindowAxis& axis, int64_t start, int64_t count) {
  const auto steps_to = [&](int64_t end) {
    return start >= end ? 0 : (end - start + axis.stride - 1) / axis.stride;
  };
  const int64_t first = std::min(steps_to(0), count);
  return {first, std::clamp(steps_to(axis.in), first, count)};
}

}  // namespace

ByteStaging::ByteStaging(const reference::Window& window, int64_t band_rows, int64_t band_columns)
    : height_(window.axes[1]),
      width_(window.axes[2]),
      rows_(band_rows + (height_.kernel - 1) * height_.dilation / height_.stride),
      pitch_(band_columns + (width_.kernel - 1) * width_.dilation / width_.stride),
      area_(height_.stride * width_.stride * rows_ * pitch_) {
  for (int64_t ky = 0; ky < height_.kernel; ++ky) {
    for (int64_t kx = 0; kx < width_.kernel; ++kx) {
      const int64_t y = ky * height_.dilation;
      const int64_t x = kx * width_.dilation;
      const int64_t phase = (y % height_.stride) * width_.stride + x % width_.stride;
      offsets_.push_back((phase * rows_ + y / height_.stride) * pitch_ + x / width_.stride);
    }
  }
}

void ByteStaging::stage(const Band& band, const uint8_t* plane, uint8_t outside,
                        uint8_t* to) const {
  for (int64_t phase_y = 0; phase_y < height_.stride; ++phase_y) {
    const int64_t y0 = height_.input(band.row, 0) + phase_y;
    const Inside rows = inside(height_, y0, rows_);
    for (int64_t phase_x = 0; phase_x < width_.stride; ++phase_x, to += rows_ * pitch_) {
      const int64_t x0 = width_.input(band.column, 0) + phase_x;
      const Inside columns = inside(width_, x0, pitch_);
      const bool is_empty = columns.first == columns.last || rows.first == rows.last;
      const int64_t first = is_empty ? rows_ : rows.first;
      const int64_t last = is_empty ? rows_ : rows.last;
      std::memset(to, outside, static_cast<size_t>(first * pitch_));
      if (!is_empty) {
        byte_rows().pad({.from = plane + (y0 + first * height_.stride) * width_.in + x0 +
                                 columns.first * width_.stride,
                         .stride = height_.stride * width_.in,
                         .step = width_.stride,
                         .rows = last - first,
                         .count = columns.last - columns.first,
                         .before = columns.first,
                         .pitch = pitch_,
                         .fill = outside},
                        to + first * pitch_);
      }
      std::memset(to + last * pitch_, outside, static_cast<size_t>((rows_ - last) * pitch_));
    }
  }
}

}  // namespace tenon::cpu
