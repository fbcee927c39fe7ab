// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/picture.h"

#include <string_view>

// Resampling as Pillow does it, to the last bit: two passes, horizontal first, weights of 22
// fractional bits, each pass rounded to 8 bits; filters widen when shrinking (antialiasing).
// [any thread]
namespace tenon::image_classification {

// One way to resample. `code` is the number that preprocessor_config.json uses.
struct Filter {
  int code;
  std::string_view name;
  double support;              // in input pixels at equal size; 0 takes the nearest pixel
  double (*weight)(double x);  // null for nearest
};

// By number, or null.
const Filter* filter_by_code(int64_t code);
const Filter* filter_by_name(std::string_view name);

Picture resize(const Picture& picture, int width, int height, const Filter& filter);

// The middle part of that size; what lies outside the picture is black. An odd pixel stays on the
// right and at the bottom.
Picture crop_center(const Picture& picture, int width, int height);

}  // namespace tenon::image_classification
