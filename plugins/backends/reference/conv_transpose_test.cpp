// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/reference.h"
#include "sdk/testing/test_device.h"

#include <gtest/gtest.h>

// ConvTranspose is the gradient of Conv: <conv(y, w), x> = <y, conv_transpose(x, w)> for all x, y.
// Trying each unit tensor y reads off every element of the result from Conv, which has its own
// tests.
namespace tenon::reference {
namespace {

using testing::integer;
using testing::ints;
using testing::TestDevice;
using testing::TestTensor;

struct Case {
  std::vector<int64_t> x;  // of ConvTranspose: [N, C, d...]
  std::vector<int64_t> y;
  std::vector<int64_t> w;  // [C, M/g, k...]
  int64_t group;
  std::vector<int64_t> strides;
  std::vector<int64_t> dilations;
  std::vector<int64_t> pads;
};

TestTensor run(const std::string& op, const Case& c, const TestTensor& in, const TestTensor& w,
               const std::vector<int64_t>& out) {
  const std::vector<int64_t> kernel(c.w.begin() + 2, c.w.end());
  const auto y = TestDevice(backend()).run_node(
      op, {in, w}, {testing::empty_tensor(DType::f64, out)},
      {ints("kernel_shape", kernel), ints("strides", c.strides), ints("dilations", c.dilations),
       ints("pads", c.pads), integer("group", c.group)});
  EXPECT_TRUE(y.ok()) << y.status().message();
  return y.ok() ? (*y)[0] : testing::empty_tensor(DType::f64, out);
}

void expect_adjoint(const Case& c) {
  const TestTensor x = testing::random_tensor(DType::f64, c.x, 1);
  const TestTensor w = testing::random_tensor(DType::f64, c.w, 2);
  const TestTensor y = run("ConvTranspose", c, x, w, c.y);
  const std::vector<double> xs = x.reals();
  for (int64_t i = 0; i < y.elements(); ++i) {
    std::vector<double> unit(static_cast<size_t>(y.elements()));
    unit[static_cast<size_t>(i)] = 1;
    const std::vector<double> seen =
        run("Conv", c, testing::tensor(DType::f64, c.y, unit), w, c.x).reals();
    double sum = 0;
    for (size_t k = 0; k < seen.size(); ++k) sum += seen[k] * xs[k];
    ASSERT_NEAR(y.real(i), sum, 1e-12) << "element " << i;
  }
}

TEST(ReferenceConvTranspose, plain) {
  expect_adjoint({{1, 2, 3, 4}, {1, 3, 5, 6}, {2, 3, 3, 3}, 1, {1, 1}, {1, 1}, {0, 0, 0, 0}});
}
TEST(ReferenceConvTranspose, strides_pads_and_output_padding) {
  expect_adjoint({{2, 3, 3, 4}, {2, 2, 6, 10}, {3, 2, 3, 2}, 1, {2, 3}, {1, 1}, {1, 0, 0, 1}});
}
TEST(ReferenceConvTranspose, groups_and_dilations) {
  expect_adjoint({{1, 4, 4, 3}, {1, 6, 8, 5}, {4, 3, 2, 2}, 2, {1, 1}, {4, 2}, {0, 0, 0, 0}});
}
TEST(ReferenceConvTranspose, many_output_channels) {
  expect_adjoint({{1, 1, 2, 2}, {1, 17, 3, 3}, {1, 17, 2, 2}, 1, {1, 1}, {1, 1}, {0, 0, 0, 0}});
}
TEST(ReferenceConvTranspose, one_and_three_axes) {
  expect_adjoint({{1, 2, 4}, {1, 2, 9}, {2, 2, 3}, 1, {2}, {1}, {0, 0}});
  expect_adjoint({{1, 1, 2, 2, 2},
                  {1, 2, 3, 4, 3},
                  {1, 2, 2, 2, 2},
                  1,
                  {1, 2, 1},
                  {1, 1, 1},
                  {0, 0, 0, 0, 0, 0}});
}

TEST(ReferenceConvTranspose, the_bias_is_added_once) {
  const auto y = TestDevice(backend()).run_node(
      "ConvTranspose",
      {testing::tensor(DType::f32, {1, 1, 2}, {1, 2}),
       testing::tensor(DType::f32, {1, 2, 2}, {1, 10, 2, 20}),
       testing::tensor(DType::f32, {2}, {100, 200})},
      {testing::empty_tensor(DType::f32, {1, 2, 3})},
      {ints("kernel_shape", {2}), ints("strides", {1}), ints("dilations", {1}),
       ints("pads", {0, 0}), integer("group", 1)});
  ASSERT_TRUE(y.ok()) << y.status().message();
  EXPECT_EQ((*y)[0].reals(), (std::vector<double>{101, 112, 120, 202, 224, 240}));
}

}  // namespace
}  // namespace tenon::reference
