// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/patches.h"

#include "plugins/backends/cpu/math/im2col.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace tenon::cpu {
namespace {

using reference::WindowAxis;

constexpr int64_t most_taps = 512;    // of the shifted route
constexpr int64_t most_columns = 32;  // of a panel
constexpr int64_t band_slack = 64;    // floats, for loads beyond a row

bool is_trivial(const WindowAxis& axis) {
  return axis.in == 1 && axis.out == 1 && axis.kernel == 1 && axis.pad_begin == 0;
}

bool sees_itself(const WindowAxis& axis) {
  return axis.kernel == 1 && axis.stride == 1 && axis.pad_begin == 0 && axis.in == axis.out;
}

bool stays_inside(const WindowAxis& axis) {
  return axis.input(0, 0) >= 0 && axis.input(axis.out - 1, axis.kernel - 1) < axis.in;
}

// Whether a position's number, shifted, is the number of what a tap sees: rows of outputs are as
// long as rows of inputs wherever there is more than one.
bool is_shift(const reference::Window& window) {
  const auto& [depth, height, width] = window.axes;
  const bool one_plane = depth.out == 1, one_row = one_plane && height.out == 1;
  for (const WindowAxis& axis : window.axes) {
    if (axis.stride != 1 && axis.out != 1) return false;
  }
  return (one_row || width.in == width.out) && (one_plane || height.in == height.out);
}

// A bit for each of `count` outputs from `first` on of which tap k lies inside; outputs are
// numbered over and over, `repeat` positions each.
uint32_t inside_bits(const WindowAxis& axis, int64_t k, int64_t first, int64_t count,
                     int64_t repeat) {
  uint32_t bits = 0;
  int64_t o = first / repeat % axis.out;
  int64_t left = repeat - first % repeat;
  for (int64_t i = 0; i < count; ++i) {
    if (axis.inside(axis.input(o, k))) bits |= uint32_t{1} << i;
    if (--left == 0) {
      left = repeat;
      o = o + 1 == axis.out ? 0 : o + 1;
    }
  }
  return bits;
}

}  // namespace

Patches::Patches(const reference::Window& window)
    : window_(window), in_plane_(window.in_plane()), positions_(window.out_plane()) {
  const auto& [depth, height, width] = window.axes;
  band_width_ = (width.out - 1) * width.stride + (width.kernel - 1) * width.dilation + 1;
  int64_t row = width.in, plane = width.in * height.in;
  int64_t origin = 0;
  if (std::ranges::all_of(window.axes, sees_itself)) {
    route_ = Route::direct;
  } else if (is_shift(window) && window.taps() <= most_taps) {
    route_ = Route::shifted;
    origin = depth.pad_begin * plane + height.pad_begin * row + width.pad_begin;
  } else if (is_trivial(depth)) {
    route_ = std::ranges::all_of(window.axes, stays_inside) ? Route::strided : Route::banded;
    if (route_ == Route::banded) row = band_width_;
  }
  for (int64_t z = 0; z < depth.kernel; ++z) {
    for (int64_t y = 0; y < height.kernel; ++y) {
      for (int64_t x = 0; x < width.kernel; ++x) {
        shifts_.push_back(z * depth.dilation * plane + y * height.dilation * row +
                          x * width.dilation - origin);
      }
    }
  }
}

int64_t Patches::band_floats(int64_t channels, int64_t columns) const {
  if (route_ != Route::banded || positions_ == 0) return 0;
  const WindowAxis& height = window_.axes[1];
  const int64_t rows = std::min((columns - 1) / window_.axes[2].out + 2, height.out);
  const int64_t seen = (rows - 1) * height.stride + (height.kernel - 1) * height.dilation + 1;
  return channels * seen * band_width_ + band_slack;
}

Patches::Band Patches::make_band(const Piece& piece, float* memory) const {
  const auto& [depth, height, width] = window_.axes;
  if (route_ != Route::banded) return {.data = piece.input, .plane = in_plane_, .row = width.in};
  const int64_t y0 = height.input(piece.column / width.out, 0);
  const int64_t last = (piece.column + piece.columns - 1) / width.out;
  const int64_t rows = height.input(last, height.kernel - 1) - y0 + 1;
  const int64_t before = std::clamp<int64_t>(width.pad_begin, 0, band_width_);
  const int64_t skipped = std::max<int64_t>(-width.pad_begin, 0);
  const int64_t count = std::clamp<int64_t>(width.in - skipped, 0, band_width_ - before);
  float* to = memory;
  for (int64_t channel = 0; channel < piece.channels; ++channel) {
    const float* const plane = piece.input + channel * in_plane_;
    for (int64_t y = y0; y < y0 + rows; ++y, to += band_width_) {
      if (!height.inside(y)) {
        std::fill_n(to, band_width_, 0.0F);
        continue;
      }
      std::fill_n(to, before, 0.0F);
      std::copy_n(plane + y * width.in + skipped, count, to + before);
      std::fill(to + before + count, to + band_width_, 0.0F);
    }
  }
  return {.data = memory,
          .plane = rows * band_width_,
          .row = band_width_,
          .above = y0,
          .before = -width.pad_begin,
          .slack = band_slack};
}

void Patches::fill(const Piece& piece, int64_t panel, const Band& band) const {
  Piece part = piece;
  const int64_t end = piece.column + piece.columns;
  for (; part.column < end; part.column += panel, part.to += panel) {
    part.columns = std::min(panel, end - part.column);
    if (route_ == Route::shifted) {
      fill_shifted(part);
    } else if (route_ == Route::strided || route_ == Route::banded) {
      fill_strided(part, band);
    } else {
      fill_scattered(part);
    }
  }
}

void Patches::fill_shifted(const Piece& piece) const {
  const auto& [depth, height, width] = window_.axes;
  std::array<uint32_t, most_taps> in_width;
  std::array<uint32_t, most_taps> positions;
  for (int64_t x = 0; x < width.kernel; ++x) {
    in_width[static_cast<size_t>(x)] = inside_bits(width, x, piece.column, piece.columns, 1);
  }
  size_t tap = 0;
  for (int64_t z = 0; z < depth.kernel; ++z) {
    const uint32_t in_depth =
        inside_bits(depth, z, piece.column, piece.columns, height.out * width.out);
    for (int64_t y = 0; y < height.kernel; ++y) {
      const uint32_t in_row =
          in_depth & inside_bits(height, y, piece.column, piece.columns, width.out);
      for (int64_t x = 0; x < width.kernel; ++x, ++tap) {
        positions[tap] = in_row & in_width[static_cast<size_t>(x)];
      }
    }
  }
  im2col().shifted({.from = piece.input + piece.column,
                    .plane = in_plane_,
                    .channels = piece.channels,
                    .taps = taps(),
                    .shifts = shifts_.data(),
                    .positions = positions.data(),
                    .columns = piece.columns,
                    .to = piece.to,
                    .to_row = piece.to_row});
}

void Patches::fill_strided(const Piece& piece, const Band& band) const {
  const auto& [depth, height, width] = window_.axes;
  std::array<PatchRun, most_columns> runs;
  size_t count = 0;
  const int64_t end = piece.column + piece.columns;
  for (int64_t column = piece.column; column < end; ++count) {
    const int64_t y = height.input(column / width.out, 0) - band.above;
    const int64_t x = width.input(column % width.out, 0) - band.before;
    const int64_t columns = std::min(end - column, width.out - column % width.out);
    runs[count] = {.from = y * band.row + x, .to = column - piece.column, .count = columns};
    column += columns;
  }
  im2col().strided({.from = band.data,
                    .end = band.data + piece.channels * band.plane + band.slack,
                    .plane = band.plane,
                    .channels = piece.channels,
                    .taps = taps(),
                    .shifts = shifts_.data(),
                    .stride = width.stride,
                    .runs = runs.data(),
                    .run_count = static_cast<int64_t>(count),
                    .to = piece.to,
                    .to_row = piece.to_row});
}

void Patches::fill_scattered(const Piece& piece) const {
  const auto& [depth, height, width] = window_.axes;
  for (int64_t i = 0; i < piece.columns; ++i) {
    const int64_t x = (piece.column + i) % width.out;
    const int64_t y = (piece.column + i) / width.out % height.out;
    const int64_t z = (piece.column + i) / width.out / height.out;
    float* to = piece.to + i;
    for (int64_t channel = 0; channel < piece.channels; ++channel) {
      const float* const plane = piece.input + channel * in_plane_;
      for (int64_t tap = 0; tap < taps(); ++tap, to += piece.to_row) {
        const int64_t in_x = width.input(x, tap % width.kernel);
        const int64_t in_y = height.input(y, tap / width.kernel % height.kernel);
        const int64_t in_z = depth.input(z, tap / width.kernel / height.kernel);
        const bool inside = width.inside(in_x) && height.inside(in_y) && depth.inside(in_z);
        *to = inside ? plane[(in_z * height.in + in_y) * width.in + in_x] : 0.0F;
      }
    }
  }
}

}  // namespace tenon::cpu
