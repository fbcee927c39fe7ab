// SPDX-License-Identifier: Apache-2.0
#include "core/ops/op.h"

#include "tenon/picture.h"

#include <cstring>

namespace tenon::ops {
namespace {

Result<int64_t> channels_of(const AttributeContext& c) {
  const std::string format = c.text("pixel_format", "RGB");
  if (format == "RGB" || format == "BGR") return int64_t{3};
  if (format == "Grayscale") return int64_t{1};
  return invalid("pixel_format is \"{}\", expected RGB, BGR or Grayscale", format);
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const int64_t channels, channels_of(c));
  c.output(0, DType::u8, {c.open_extent(0, 0), c.open_extent(0, 1), c.number(channels)});
  return {};
}

// Luma of ITU-R BT.601 in 16-bit fixed point, rounded.
uint8_t luma(const uint8_t* rgb) {
  constexpr uint32_t red = 19595, green = 38470, blue = 7471, half = 1u << 15;
  return static_cast<uint8_t>((rgb[0] * red + rgb[1] * green + rgb[2] * blue + half) >> 16);
}

Status run(HostContext& c) {
  TENON_TRY_ASSIGN(const HostTensor* encoded, c.tensor_input(0));
  TENON_TRY_ASSIGN(const Picture picture, decode_picture("the encoded stream", encoded->view()));
  TENON_TRY_ASSIGN(const int64_t channels, channels_of(c));
  const bool is_bgr = c.text("pixel_format", "RGB") == "BGR";
  TENON_TRY_ASSIGN(HostTensor image,
                   make_tensor(DType::u8, {picture.height, picture.width, channels}));
  auto* to = reinterpret_cast<uint8_t*>(image.data.get());
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      const uint8_t* pixel = picture.pixel(x, y);
      const bool is_gray = picture.channels == 1;
      const uint8_t rgb[3] = {pixel[0], pixel[is_gray ? 0 : 1], pixel[is_gray ? 0 : 2]};
      if (channels == 1) {
        *to++ = is_gray ? pixel[0] : luma(rgb);
        continue;
      }
      for (int k = 0; k < 3; ++k) *to++ = rgb[is_bgr ? 2 - k : k];
    }
  }
  c.output(0, std::move(image));
  return {};
}

}  // namespace

Op image_decoder() {
  return {
      .name = "ImageDecoder",
      .doc = "The pixels of an encoded picture, [height, width, channels]: PNG, JPEG and BMP.",
      .inputs = {{"encoded_stream", "u8"}},
      .outputs = {{"image"}},
      .attributes = {{"pixel_format", "RGB"}},
      .infer = infer,
      .host = run,
  };
}

}  // namespace tenon::ops
