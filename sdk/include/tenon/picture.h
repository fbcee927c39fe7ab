// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

// A decoded picture: 8-bit samples, rows from the top, channels interleaved (1 grey, 3 RGB).
// A value, copied like any other. [any thread]
namespace tenon {

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

// Reads PNG, JPEG and BMP. The header's size is checked before a pixel is read; no side is longer
// than 16,384, no picture larger than 64 million pixels. Transparency and the camera's turn mark
// are ignored. Grey pictures have one channel, all others three (RGB). name: for messages.
Result<Picture> decode_picture(std::string_view name, std::span<const std::byte> bytes);

}  // namespace tenon
