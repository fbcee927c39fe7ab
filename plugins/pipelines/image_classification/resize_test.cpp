// SPDX-License-Identifier: Apache-2.0
#include "plugins/pipelines/image_classification/resize.h"

#include <gtest/gtest.h>

namespace tenon::image_classification {
namespace {

// One row of grey samples; the expected numbers below are Pillow's for the same row.
Picture row(std::vector<uint8_t> samples) {
  const auto width = static_cast<int>(samples.size());
  return {width, 1, 1, std::move(samples)};
}
const Picture ramp = row({0, 50, 100, 150, 200, 250});

std::vector<uint8_t> resized(const Picture& picture, int width, std::string_view filter) {
  return resize(picture, width, picture.height, *filter_by_name(filter)).samples;
}

TEST(Resize, shrinking_averages_over_all_pixels_as_pillow_does) {
  EXPECT_EQ(resized(ramp, 4, "bilinear"), (std::vector<uint8_t>{19, 89, 161, 231}));
  EXPECT_EQ(resized(ramp, 3, "bilinear"), (std::vector<uint8_t>{36, 125, 214}));
  EXPECT_EQ(resized(ramp, 3, "bicubic"), (std::vector<uint8_t>{27, 125, 223}));
  EXPECT_EQ(resized(ramp, 3, "lanczos"), (std::vector<uint8_t>{24, 125, 226}));
  EXPECT_EQ(resized(ramp, 3, "hamming"), (std::vector<uint8_t>{28, 125, 222}));
  EXPECT_EQ(resized(ramp, 3, "box"), (std::vector<uint8_t>{25, 125, 225}));
  EXPECT_EQ(resized(ramp, 3, "nearest"), (std::vector<uint8_t>{50, 150, 250}));
}

TEST(Resize, growing_interpolates_as_pillow_does) {
  EXPECT_EQ(resized(ramp, 9, "bilinear"),
            (std::vector<uint8_t>{0, 25, 58, 92, 125, 158, 192, 225, 250}));
  EXPECT_EQ(resized(ramp, 9, "bicubic"),
            (std::vector<uint8_t>{0, 21, 58, 92, 125, 158, 192, 229, 253}));
  EXPECT_EQ(resized(ramp, 9, "box"),
            (std::vector<uint8_t>{0, 50, 50, 100, 150, 150, 200, 250, 250}));
}

TEST(Resize, both_axes_are_resampled_horizontal_first) {
  Picture picture = blank(7, 5, 1);
  for (size_t i = 0; i < 35; ++i) picture.samples[i] = static_cast<uint8_t>(i * 37 % 256);
  EXPECT_EQ(resize(picture, 3, 2, *filter_by_code(2)).samples,
            (std::vector<uint8_t>{35, 114, 193, 41, 120, 199}));
  EXPECT_EQ(resize(picture, 3, 2, *filter_by_code(3)).samples,
            (std::vector<uint8_t>{30, 114, 198, 36, 120, 204}));
}

TEST(Resize, channels_stay_apart) {
  const Picture two{2, 1, 3, {0, 100, 200, 20, 120, 220}};
  EXPECT_EQ(resize(two, 1, 1, *filter_by_code(2)).samples, (std::vector<uint8_t>{10, 110, 210}));
}

TEST(Crop, takes_the_middle) {
  EXPECT_EQ(crop_center(ramp, 2, 1).samples, (std::vector<uint8_t>{100, 150}));
  EXPECT_EQ(crop_center(ramp, 3, 1).samples, (std::vector<uint8_t>{50, 100, 150}));
}

TEST(Crop, larger_than_the_picture_adds_black) {
  EXPECT_EQ(crop_center(row({7, 8}), 5, 1).samples, (std::vector<uint8_t>{0, 0, 7, 8, 0}));
  EXPECT_EQ(crop_center(row({7}), 1, 3).samples, (std::vector<uint8_t>{0, 7, 0}));
}

TEST(Filters, unknown_codes_are_none) {
  EXPECT_EQ(filter_by_code(6), nullptr);
  EXPECT_EQ(filter_by_name("cubic"), nullptr);
}

}  // namespace
}  // namespace tenon::image_classification
