// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

// A decoded picture: 8-bit samples, rows from the top, channels interleaved (1 grey, 3 RGB).
// A value, copied like any other. [any thread]
namespace tenon::image_classification {

struct Picture {
  int width = 0;
  int height = 0;
  int channels = 0;
  std::vector<uint8_t> samples;

  const uint8_t* pixel(int x, int y) const {
    return samples.data() + (static_cast<size_t>(y) * width + x) * channels;
  }
  uint8_t* pixel(int x, int y) {
    return samples.data() + (static_cast<size_t>(y) * width + x) * channels;
  }
};

inline Picture blank(int width, int height, int channels) {
  return {width, height, channels,
          std::vector<uint8_t>(static_cast<size_t>(width) * height * channels)};
}

}  // namespace tenon::image_classification
