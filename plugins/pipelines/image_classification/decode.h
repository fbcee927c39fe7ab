// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/pipelines/image_classification/picture.h"
#include "tenon/status.h"

#include <span>

// Reads PNG, JPEG and BMP. The header's size is checked before a pixel is read; no side is longer
// than 16,384, no picture larger than 64 million pixels. Transparency and the camera's turn mark
// are ignored. [any thread]
namespace tenon::image_classification {

// Grey pictures have one channel, all others three (RGB). name: for messages.
Result<Picture> decode(std::string_view name, std::span<const std::byte> bytes);

}  // namespace tenon::image_classification
