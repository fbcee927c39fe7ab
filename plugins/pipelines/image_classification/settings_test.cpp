// SPDX-License-Identifier: Apache-2.0
#include "plugins/pipelines/image_classification/settings.h"

#include <gtest/gtest.h>

namespace tenon::image_classification {
namespace {

Result<Settings> from(std::string_view config, std::string_view request = "{}") {
  Settings settings;
  TENON_TRY_ASSIGN(const Json first, parse_json(config));
  TENON_TRY(apply_config(first, settings));
  TENON_TRY_ASSIGN(const Json second, parse_json(request));
  TENON_TRY(apply_request(second, settings));
  return settings;
}

TEST(Settings, a_preprocessor_config_is_understood) {
  const auto settings = from(R"({"do_convert_grayscale": true, "size": {"height": 32, "width": 48},
      "resample": 3, "rescale_factor": 0.5, "image_mean": [0.5], "image_std": [0.25, 1, 2],
      "image_processor_type": "ViTImageProcessor"})");
  ASSERT_TRUE(settings.ok()) << settings.status().message();
  EXPECT_EQ(settings->channels, Channels::gray);
  ASSERT_TRUE(settings->resize);
  EXPECT_EQ(settings->resize->width, 48);
  EXPECT_EQ(settings->resize->height, 32);
  EXPECT_EQ(settings->filter->name, "bicubic");
  EXPECT_EQ(settings->rescale, 0.5);
  EXPECT_EQ(settings->mean, (std::vector<double>{0.5}));
  EXPECT_EQ(settings->deviation, (std::vector<double>{0.25, 1, 2}));
}

TEST(Settings, the_request_wins_over_the_config) {
  const auto settings = from(R"({"size": 224, "image_mean": 0.5, "crop_size": 200})",
                             R"({"size": {"shortest_edge": 256}, "do_normalize": false,
                                 "channels": "bgr", "top": 3, "labels": ["a", "b"]})");
  ASSERT_TRUE(settings.ok()) << settings.status().message();
  EXPECT_EQ(settings->resize->shortest_edge, 256);
  EXPECT_EQ(settings->crop->width, 200);
  EXPECT_TRUE(settings->mean.empty());
  EXPECT_EQ(settings->channels, Channels::bgr);
  EXPECT_EQ(settings->top, 3);
  EXPECT_EQ(settings->labels, (std::vector<std::string>{"a", "b"}));
}

TEST(Settings, a_bare_size_is_an_edge_when_a_crop_follows_and_a_square_without) {
  EXPECT_EQ(from(R"({"size": 256, "crop_size": 224})")->resize->shortest_edge, 256);
  EXPECT_EQ(from(R"({"size": 224})")->resize->width, 224);
}

TEST(Settings, steps_can_be_switched_off) {
  const auto settings = from(R"({"do_resize": false, "size": 8, "do_center_crop": false,
      "crop_size": 8, "do_rescale": false, "rescale_factor": 3})");
  ASSERT_TRUE(settings.ok());
  EXPECT_FALSE(settings->resize);
  EXPECT_FALSE(settings->crop);
  EXPECT_EQ(settings->rescale, 1);
}

TEST(Settings, values_without_sense_are_errors_that_name_the_key) {
  for (const std::string_view config :
       {R"({"size": -1})", R"({"size": {"height": 4}})", R"({"size": 1e9})", R"({"size": [1]})",
        R"({"resample": 9})", R"({"image_std": [0]})", R"({"image_mean": []})",
        R"({"image_mean": ["x"]})", R"({"do_resize": 3})", R"({"rescale_factor": "x"})",
        R"({"crop_size": {"height": 16000, "width": 16000}})"}) {
    const auto settings = from(config);
    ASSERT_FALSE(settings.ok()) << config;
    const size_t quote = config.find('"') + 1;
    const auto key = config.substr(quote, config.find('"', quote) - quote);
    EXPECT_NE(settings.status().message().find(key), std::string::npos)
        << settings.status().message();
  }
}

TEST(Settings, an_unknown_key_of_a_request_is_an_error) {
  const auto settings = from("{}", R"({"croop": 3})");
  ASSERT_FALSE(settings.ok());
  EXPECT_NE(settings.status().message().find("unknown key \"croop\""), std::string::npos);
}

TEST(Labels, one_a_line_with_any_line_end) {
  EXPECT_EQ(split_labels("a\r\nb c\n\nd"), (std::vector<std::string>{"a", "b c", "", "d"}));
  EXPECT_TRUE(split_labels("").empty());
}

}  // namespace
}  // namespace tenon::image_classification
