// SPDX-License-Identifier: Apache-2.0
#include "plugins/pipelines/image_classification/prepare.h"
#include "tenon/plugin.h"

#include "tenon/strip_vm.h"

#include <gtest/gtest.h>

namespace tenon::image_classification {
namespace {

Result<ModelInput> input_of(std::vector<int64_t> dims, DType dtype = DType::f32,
                            Layout layout = Layout::automatic) {
  const tenon_host_tensor tensor = host_tensor(static_cast<uint32_t>(dtype), "x", dims, nullptr, 0);
  return model_input(tensor, layout);
}

std::vector<double> values(const Prepared& prepared, DType dtype) {
  std::vector<double> out(prepared.data.size() / element_bytes(dtype));
  for (size_t i = 0; i < out.size(); ++i) {
    const auto at = static_cast<int64_t>(i);
    out[i] = is_float(dtype) ? load_float(prepared.data.data(), dtype, at)
                             : static_cast<double>(load_integer(prepared.data.data(), dtype, at));
  }
  return out;
}

// Two pixels: (10, 20, 30) and (40, 50, 60).
const Picture two{2, 1, 3, {10, 20, 30, 40, 50, 60}};
Settings raw() {
  Settings settings;
  settings.rescale = 1;
  return settings;
}

TEST(ModelInput, the_channel_axis_is_the_one_of_size_1_or_3) {
  EXPECT_FALSE(input_of({1, 3, 224, 224})->channels_last);
  EXPECT_TRUE(input_of({-1, 224, 200, 3})->channels_last);
  EXPECT_EQ(input_of({-1, 224, 200, 3})->width, 200);
  EXPECT_FALSE(input_of({-1, -1, -1, -1})->channels_last);
  EXPECT_TRUE(input_of({1, -1, -1, -1}, DType::f32, Layout::nhwc)->channels_last);
  EXPECT_EQ(input_of({28, 28, 1})->batch, 0);
}

TEST(ModelInput, other_shapes_and_types_are_refused) {
  EXPECT_FALSE(input_of({1, 10}).ok());
  EXPECT_FALSE(input_of({1, 4, 8, 8}).ok());
  EXPECT_FALSE(input_of({1, 3, 8, 8}, DType::i64).ok());
  EXPECT_FALSE(input_of({1, 3, 0, 8}).ok());
  EXPECT_FALSE(input_of({1, 3, 100000, 8}).ok());
}

TEST(Prepare, planes_for_nchw_and_pixels_for_nhwc) {
  const auto planes = prepare("p", two, raw(), *input_of({1, 3, 1, 2}));
  ASSERT_TRUE(planes.ok()) << planes.status().message();
  EXPECT_EQ(planes->dims, (std::vector<int64_t>{1, 3, 1, 2}));
  EXPECT_EQ(values(*planes, DType::f32), (std::vector<double>{10, 40, 20, 50, 30, 60}));
  const auto pixels = prepare("p", two, raw(), *input_of({1, 1, 2, 3}, DType::f32, Layout::nhwc));
  ASSERT_TRUE(pixels.ok()) << pixels.status().message();
  EXPECT_EQ(values(*pixels, DType::f32), (std::vector<double>{10, 20, 30, 40, 50, 60}));
}

TEST(Prepare, bgr_minus_a_mean_without_rescaling) {
  Settings settings = raw();
  settings.channels = Channels::bgr;
  settings.mean = {104, 117, 123};
  const auto prepared = prepare("p", two, settings, *input_of({1, 3, 1, 2}, DType::f16));
  ASSERT_TRUE(prepared.ok()) << prepared.status().message();
  EXPECT_EQ(values(*prepared, DType::f16),
            (std::vector<double>{30 - 104, 60 - 104, 20 - 117, 50 - 117, 10 - 123, 40 - 123}));
}

TEST(Prepare, floats_are_rescaled_to_one_unless_told_and_bytes_are_not) {
  const Picture white{1, 1, 1, {255}};
  EXPECT_EQ(values(*prepare("p", white, {}, *input_of({1, 1, 1, 1})), DType::f32),
            (std::vector<double>{1}));
  EXPECT_EQ(values(*prepare("p", white, {}, *input_of({1, 1, 1, 1}, DType::u8)), DType::u8),
            (std::vector<double>{255}));
}

TEST(Prepare, inversion_comes_before_the_mean) {
  Settings settings;
  settings.invert = true;
  settings.mean = {0.5};
  settings.deviation = {0.5};
  const Picture black{1, 1, 1, {0}};
  EXPECT_EQ(values(*prepare("p", black, settings, *input_of({1, 1, 1, 1})), DType::f32),
            (std::vector<double>{1}));
}

TEST(Prepare, grey_weighs_green_most_and_fills_three_channels_when_asked) {
  const Picture green{1, 1, 3, {0, 255, 0}};
  EXPECT_EQ(values(*prepare("p", green, raw(), *input_of({1, 1, 1, 1})), DType::f32),
            (std::vector<double>{150}));
  Settings settings = raw();
  settings.channels = Channels::gray;
  EXPECT_EQ(values(*prepare("p", green, settings, *input_of({1, 3, 1, 1})), DType::f32),
            (std::vector<double>{150, 150, 150}));
}

TEST(Prepare, untold_the_picture_takes_the_models_size) {
  const auto prepared = prepare("p", two, raw(), *input_of({1, 3, 1, 1}));
  ASSERT_TRUE(prepared.ok());
  EXPECT_EQ(values(*prepared, DType::f32), (std::vector<double>{25, 35, 45}));
}

TEST(Prepare, a_size_that_does_not_fit_is_an_error_with_both_sizes) {
  Settings settings = raw();
  settings.crop = Size{2, 1, 0};
  const auto prepared = prepare("p.png", two, settings, *input_of({1, 3, 4, 4}));
  ASSERT_FALSE(prepared.ok());
  EXPECT_EQ(prepared.status().message(),
            "p.png: 2 x 1 pixels after resize and crop, the model wants 4 x 4; change resize or "
            "crop");
}

TEST(Prepare, a_batch_repeats_the_picture) {
  const Picture one{1, 1, 1, {9}};
  EXPECT_EQ(values(*prepare("p", one, raw(), *input_of({3, 1, 1, 1})), DType::f32),
            (std::vector<double>{9, 9, 9}));
  EXPECT_FALSE(prepare("p", one, raw(), *input_of({int64_t{1} << 40, 1, 1, 1})).ok());
}

TEST(Prepare, shortest_edge_keeps_proportions) {
  Settings settings = raw();
  settings.resize = Size{0, 0, 3};
  const auto prepared = prepare("p", two, settings, *input_of({1, 3, -1, -1}));
  ASSERT_TRUE(prepared.ok());
  EXPECT_EQ(prepared->dims, (std::vector<int64_t>{1, 3, 3, 6}));
}

TEST(Prepare, means_must_match_the_channels) {
  Settings settings = raw();
  settings.mean = {1, 2};
  EXPECT_FALSE(prepare("p", two, settings, *input_of({1, 3, 1, 2})).ok());
}

}  // namespace
}  // namespace tenon::image_classification
