// SPDX-License-Identifier: Apache-2.0
#include "tenon/picture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <random>

namespace tenon {
namespace {

std::vector<std::byte> from_hex(std::string_view hex) {
  std::vector<std::byte> bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

// 2 x 1, red and a transparent pixel.
const std::vector<std::byte> png = from_hex(
    "89504e470d0a1a0a0000000d4948445200000002000000010806000000f4227f8a0000001149444154789c63f8cfc0"
    "f09f91899901000d0c0205ad04a0740000000049454e44ae426082");
// 8 x 8 of (200, 30, 60).
const std::vector<std::byte> jpeg = from_hex(
    "ffd8ffe000104a46494600010100000100010000ffdb0043000302020302020303030304030304050805050404050a"
    "070706080c0a0c0c0b0a0b0b0d0e12100d0e110e0b0b1016101113141515150c0f171816141812141514ffdb004301"
    "03040405040509050509140d0b0d141414141414141414141414141414141414141414141414141414141414141414"
    "1414141414141414141414141414141414ffc00011080008000803011100021101031101ffc4001400010000000000"
    "0000000000000000000007ffc40014100100000000000000000000000000000000ffc4001501010100000000000000"
    "000000000000000608ffc40014110100000000000000000000000000000000ffda000c03010002110311003f000a1a"
    "5bafffd9");
// 2 x 2: blue, green / red, white (rows from the bottom).
const std::vector<std::byte> bmp = from_hex(
    "424d460000000000000036000000280000000200000002000000010018000000000010000000000000000000000000"
    "000000000000000000ffffffff0000ff000000ff000000");

TEST(Decode, png_gives_rgb_and_drops_transparency) {
  const auto picture = decode_picture("a.png", png);
  ASSERT_TRUE(picture.ok()) << picture.status().message();
  EXPECT_EQ(picture->width, 2);
  EXPECT_EQ(picture->height, 1);
  EXPECT_EQ(picture->samples, (std::vector<uint8_t>{255, 0, 0, 1, 2, 3}));
}

TEST(Decode, jpeg_gives_its_colour) {
  const auto picture = decode_picture("a.jpg", jpeg);
  ASSERT_TRUE(picture.ok()) << picture.status().message();
  ASSERT_EQ(picture->samples.size(), 8u * 8 * 3);
  const uint8_t* rgb = picture->pixel(3, 3);
  EXPECT_NEAR(rgb[0], 200, 2);
  EXPECT_NEAR(rgb[1], 30, 2);
  EXPECT_NEAR(rgb[2], 60, 2);
}

TEST(Decode, bmp_rows_come_from_the_top) {
  const auto picture = decode_picture("a.bmp", bmp);
  ASSERT_TRUE(picture.ok()) << picture.status().message();
  EXPECT_EQ(picture->samples,
            (std::vector<uint8_t>{0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 255}));
}

TEST(Decode, grey_pictures_have_one_channel) {
  std::ifstream file(TENON_SOURCE_DIR "/examples/models/digits/samples/7.png", std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto picture = decode_picture("7.png", std::as_bytes(std::span(text)));
  ASSERT_TRUE(picture.ok()) << picture.status().message();
  EXPECT_EQ(picture->width, 64);
  EXPECT_EQ(picture->channels, 1);
}

TEST(Decode, other_bytes_are_refused_with_the_formats_that_work) {
  const auto picture = decode_picture("a.gif", from_hex("474946383961"));
  ASSERT_FALSE(picture.ok());
  EXPECT_EQ(picture.status().code(), Code::unsupported);
  EXPECT_EQ(picture.status().message(),
            "a.gif: not a picture that is read; expected PNG, JPEG or BMP");
}

TEST(Decode, a_header_of_16385_pixels_a_side_is_refused) {
  auto bytes = png;
  bytes[18] = std::byte{0x40};
  bytes[19] = std::byte{0x01};
  const auto picture = decode_picture("wide.png", bytes);
  ASSERT_FALSE(picture.ok());
}

TEST(Decode, a_header_of_more_than_64_million_pixels_is_refused_before_pixels_are_read) {
  auto bytes = bmp;
  bytes[19] = bytes[23] = std::byte{0x3f};
  const auto picture = decode_picture("large.bmp", bytes);
  ASSERT_FALSE(picture.ok());
  EXPECT_NE(picture.status().message().find("16130 x 16130 pixels"), std::string::npos)
      << picture.status().message();
}

TEST(Decode, a_jpeg_whose_huffman_table_is_too_long_is_refused) {
  auto bytes = jpeg;
  const std::array marker = {std::byte{0xff}, std::byte{0xc4}};
  const auto table =
      std::search(bytes.begin(), bytes.end(), marker.begin(), marker.end()) - bytes.begin() + 4;
  for (int i = 1; i < 4; ++i) bytes[static_cast<size_t>(table + i)] = std::byte{0xff};
  const auto picture = decode_picture("long.jpg", bytes);
  ASSERT_FALSE(picture.ok());
  EXPECT_NE(picture.status().message().find("Huffman"), std::string::npos)
      << picture.status().message();
}

TEST(Decode, every_truncation_and_many_corruptions_are_survived) {
  std::mt19937 random(1);
  for (const auto& whole : {png, jpeg, bmp}) {
    for (size_t size = 0; size < whole.size(); ++size) {
      static_cast<void>(decode_picture("cut", std::span(whole).first(size)).ok());
    }
    for (int round = 0; round < 2000; ++round) {
      auto bytes = whole;
      for (int i = 0; i < 3; ++i) bytes[random() % bytes.size()] = std::byte(random() % 256);
      static_cast<void>(decode_picture("changed", bytes).ok());
    }
  }
}

}  // namespace
}  // namespace tenon
