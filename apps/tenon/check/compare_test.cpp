// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/check/compare.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace tenon::cli {
namespace {

Tensor floats(std::vector<float> values) {
  return Tensor::of_f32({static_cast<int64_t>(values.size())}, values);
}

TEST(Difference, within_the_tolerance_is_none) {
  EXPECT_FALSE(difference(floats({1.0009f, 0}), floats({1, 0}), {}));
  EXPECT_FALSE(difference(floats({9e-8f}), floats({0}), {}));
}

TEST(Difference, says_how_many_and_where_most) {
  EXPECT_EQ(difference(floats({1, 2.5f, 9}), floats({1, 2, 3}), {}),
            "2 of 3 differ; at [2]: 9, expected 3");
}

TEST(Difference, nan_equals_nan_and_infinity_itself_only) {
  EXPECT_FALSE(difference(floats({NAN, INFINITY}), floats({NAN, INFINITY}), {}));
  EXPECT_TRUE(difference(floats({NAN}), floats({1}), {}));
  EXPECT_TRUE(difference(floats({INFINITY}), floats({-INFINITY}), {}));
  EXPECT_TRUE(difference(floats({3e38f}), floats({INFINITY}), {}));
}

TEST(Difference, halves_may_be_allowed_their_own_rounding) {
  const std::array<uint16_t, 1> a = {0x3C01}, b = {0x3C03};  // 1 + 2^-10, 1 + 3 * 2^-10
  const Tensor x = Tensor::of<uint16_t>({1}, a, TENON_F16);
  const Tensor y = Tensor::of<uint16_t>({1}, b, TENON_F16);
  EXPECT_TRUE(difference(x, y, {}));
  EXPECT_FALSE(difference(x, y, {1e-3, 1e-7, true}));
}

TEST(Difference, type_and_dims_must_match) {
  Tensor column = floats({1, 2});
  column.dims = {2, 1};
  EXPECT_EQ(difference(column, floats({1, 2}), {}), "f32[2,1], expected f32[2]");
}

TEST(Difference, integers_beyond_2_to_the_53_are_told_apart_when_no_tolerance_is_asked) {
  const std::array<int64_t, 1> a = {(int64_t{1} << 60) + 1}, b = {int64_t{1} << 60};
  const Tensor x = Tensor::of<int64_t>({1}, a, TENON_I64);
  const Tensor y = Tensor::of<int64_t>({1}, b, TENON_I64);
  EXPECT_FALSE(difference(x, y, {}));
  EXPECT_TRUE(difference(x, y, {0, 0}));
}

TEST(Difference, small_integers_of_quantised_outputs_have_the_tolerance_too) {
  const std::array<uint8_t, 2> a = {100, 200}, b = {100, 201};
  const Tensor x = Tensor::of<uint8_t>({2}, a, TENON_U8), y = Tensor::of<uint8_t>({2}, b, TENON_U8);
  EXPECT_TRUE(difference(x, y, {}));
  EXPECT_FALSE(difference(x, y, {0.01, 0}));
}

TEST(Difference, complex_numbers_are_compared_by_distance) {
  const std::array<float, 2> a = {3, 4}, b = {3, 4.001f};
  const Tensor x = Tensor::of<float>({1}, a, TENON_C64), y = Tensor::of<float>({1}, b, TENON_C64);
  EXPECT_FALSE(difference(x, y, {}));
  EXPECT_EQ(difference(x, y, {0, 0}), "1 of 1 differ; at [0]: 3+4i, expected 3+4.00099993i");
}

}  // namespace
}  // namespace tenon::cli
