// SPDX-License-Identifier: Apache-2.0
#include "plugins/pipelines/image_classification/resize.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tenon::image_classification {

namespace {

constexpr int fraction_bits = 22;

double box(double x) { return x > -0.5 && x <= 0.5 ? 1 : 0; }
double triangle(double x) { return std::max(0.0, 1 - std::abs(x)); }
double hamming(double x) {
  x = std::abs(x);
  if (x == 0) return 1;
  if (x >= 1) return 0;
  x *= std::numbers::pi;
  return std::sin(x) / x * (0.54 + 0.46 * std::cos(x));
}
double cubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}
double sinc(double x) {
  if (x == 0) return 1;
  x *= std::numbers::pi;
  return std::sin(x) / x;
}
double lanczos(double x) { return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0; }

constexpr Filter filters[] = {
    {0, "nearest", 0, nullptr}, {1, "lanczos", 3, lanczos}, {2, "bilinear", 1, triangle},
    {3, "bicubic", 2, cubic},   {4, "box", 0.5, box},       {5, "hamming", 1, hamming},
};

// Which input samples make one output sample, and how much of each.
struct Window {
  int first;
  std::vector<int32_t> weights;
};

Window window_of(int output, double scale, int in_size, const Filter& filter) {
  const double widening = std::max(scale, 1.0);
  const double support = filter.support * widening;
  const double center = (output + 0.5) * scale;
  const int first = std::max(0, static_cast<int>(center - support + 0.5));
  const int last = std::min(in_size, static_cast<int>(center + support + 0.5));
  std::vector<double> weights;
  double sum = 0;
  for (int i = first; i < last; ++i) {
    weights.push_back(filter.weight((i - center + 0.5) / widening));
    sum += weights.back();
  }
  Window window{first, {}};
  for (const double weight : weights) {
    const double part = (sum != 0 ? weight / sum : weight) * (1 << fraction_bits);
    window.weights.push_back(static_cast<int32_t>(part < 0 ? part - 0.5 : part + 0.5));
  }
  return window;
}

std::vector<Window> windows_of(int in_size, int out_size, const Filter& filter) {
  const double scale = static_cast<double>(in_size) / out_size;
  std::vector<Window> windows;
  for (int i = 0; i < out_size; ++i) windows.push_back(window_of(i, scale, in_size, filter));
  return windows;
}

// The weighted sum of samples that lie `step` apart.
uint8_t blend(const uint8_t* samples, size_t step, const Window& window) {
  int64_t sum = int64_t{1} << (fraction_bits - 1);
  for (size_t i = 0; i < window.weights.size(); ++i) {
    sum += int64_t{samples[i * step]} * window.weights[i];
  }
  return static_cast<uint8_t>(std::clamp<int64_t>(sum >> fraction_bits, 0, 255));
}

Picture resize_rows(const Picture& picture, int width, const Filter& filter) {
  if (width == picture.width) return picture;
  const auto windows = windows_of(picture.width, width, filter);
  Picture out = blank(width, picture.height, picture.channels);
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < width; ++x) {
      const uint8_t* from = picture.pixel(windows[x].first, y);
      for (int c = 0; c < out.channels; ++c) {
        out.pixel(x, y)[c] = blend(from + c, picture.channels, windows[x]);
      }
    }
  }
  return out;
}

Picture resize_columns(const Picture& picture, int height, const Filter& filter) {
  if (height == picture.height) return picture;
  const auto windows = windows_of(picture.height, height, filter);
  Picture out = blank(picture.width, height, picture.channels);
  const size_t row = static_cast<size_t>(picture.width) * picture.channels;
  for (int y = 0; y < height; ++y) {
    const uint8_t* from = picture.pixel(0, windows[y].first);
    for (size_t i = 0; i < row; ++i) out.pixel(0, y)[i] = blend(from + i, row, windows[y]);
  }
  return out;
}

Picture resize_nearest(const Picture& picture, int width, int height) {
  Picture out = blank(width, height, picture.channels);
  const double scale_x = static_cast<double>(picture.width) / width;
  const double scale_y = static_cast<double>(picture.height) / height;
  for (int y = 0; y < height; ++y) {
    const int from_y = std::min(picture.height - 1, static_cast<int>((y + 0.5) * scale_y));
    for (int x = 0; x < width; ++x) {
      const int from_x = std::min(picture.width - 1, static_cast<int>((x + 0.5) * scale_x));
      std::copy_n(picture.pixel(from_x, from_y), out.channels, out.pixel(x, y));
    }
  }
  return out;
}

}  // namespace

const Filter* filter_by_code(int64_t code) {
  for (const Filter& filter : filters) {
    if (filter.code == code) return &filter;
  }
  return nullptr;
}

const Filter* filter_by_name(std::string_view name) {
  for (const Filter& filter : filters) {
    if (filter.name == name) return &filter;
  }
  return nullptr;
}

Picture resize(const Picture& picture, int width, int height, const Filter& filter) {
  if (width == picture.width && height == picture.height) return picture;
  if (filter.weight == nullptr) return resize_nearest(picture, width, height);
  return resize_columns(resize_rows(picture, width, filter), height, filter);
}

Picture crop_center(const Picture& picture, int width, int height) {
  Picture out = blank(width, height, picture.channels);
  const int left = static_cast<int>(std::floor((picture.width - width) / 2.0));
  const int top = static_cast<int>(std::floor((picture.height - height) / 2.0));
  for (int y = std::max(0, -top); y < std::min(height, picture.height - top); ++y) {
    const int begin = std::max(0, -left), end = std::min(width, picture.width - left);
    if (begin >= end) break;
    std::copy_n(picture.pixel(left + begin, top + y), (end - begin) * out.channels,
                out.pixel(begin, y));
  }
  return out;
}

}  // namespace tenon::image_classification
