// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/reference.h"
#include "sdk/testing/test_device.h"

#include <gtest/gtest.h>

// Conv against the definition written the other way round: every input element is scattered to the
// outputs that see it.
namespace tenon::reference {
namespace {

using testing::integer;
using testing::ints;
using testing::TestDevice;
using testing::TestTensor;

struct ConvCase {
  std::vector<int64_t> x;  // [N, C, d...]
  int64_t out_channels;
  int64_t group;
  std::vector<int64_t> kernel;
  std::vector<int64_t> strides;
  std::vector<int64_t> dilations;
  std::vector<int64_t> pads;
  bool bias = true;
  DType dtype = DType::f32;
};

std::vector<int64_t> out_dims(const ConvCase& c) {
  std::vector<int64_t> dims = {c.x[0], c.out_channels};
  const size_t axes = c.kernel.size();
  for (size_t i = 0; i < axes; ++i) {
    const int64_t reach = (c.kernel[i] - 1) * c.dilations[i] + 1;
    dims.push_back((c.x[2 + i] + c.pads[i] + c.pads[axes + i] - reach) / c.strides[i] + 1);
  }
  return dims;
}

int64_t product(std::span<const int64_t> extents) {
  int64_t count = 1;
  for (const int64_t extent : extents) count *= extent;
  return count;
}

// Coordinates of a flat index.
std::vector<int64_t> unflatten(int64_t flat, std::span<const int64_t> extents) {
  std::vector<int64_t> at(extents.size());
  for (size_t i = extents.size(); i-- > 0; flat /= extents[i]) at[i] = flat % extents[i];
  return at;
}

// Index in an output plane of the element that sees input `in` under tap `tap`, or -1.
int64_t seen_by(const ConvCase& c, std::span<const int64_t> in, std::span<const int64_t> tap,
                std::span<const int64_t> out) {
  int64_t flat = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    const int64_t reach = in[i] + c.pads[i] - tap[i] * c.dilations[i];
    if (reach < 0 || reach % c.strides[i] != 0 || reach / c.strides[i] >= out[i]) return -1;
    flat = flat * out[i] + reach / c.strides[i];
  }
  return flat;
}

std::vector<double> scatter(const ConvCase& c, const TestTensor& x, const TestTensor& w,
                            const std::vector<double>& bias) {
  const std::vector<double> xs = x.reals();
  const std::vector<double> ws = w.reals();
  const std::vector<int64_t> y = out_dims(c);
  const std::span<const int64_t> in_plane = std::span(c.x).subspan(2);
  const std::span<const int64_t> out_plane = std::span(y).subspan(2);
  const int64_t group_in = c.x[1] / c.group;
  const int64_t group_out = c.out_channels / c.group;
  const int64_t in_count = product(in_plane), out_count = product(out_plane);
  const int64_t taps = product(c.kernel);
  std::vector<double> ys(static_cast<size_t>(product(y)));
  for (size_t i = 0; i < ys.size() && !bias.empty(); ++i) {
    ys[i] = bias[i / static_cast<size_t>(out_count) % static_cast<size_t>(c.out_channels)];
  }
  for (size_t i = 0; i < xs.size(); ++i) {
    const auto flat = static_cast<int64_t>(i);
    const int64_t channel = flat / in_count % c.x[1], image = flat / in_count / c.x[1];
    for (int64_t tap = 0; tap < taps; ++tap) {
      const int64_t at =
          seen_by(c, unflatten(flat % in_count, in_plane), unflatten(tap, c.kernel), out_plane);
      if (at < 0) continue;
      for (int64_t m = 0; m < group_out; ++m) {
        const int64_t out_channel = channel / group_in * group_out + m;
        const int64_t weight = (out_channel * group_in + channel % group_in) * taps + tap;
        ys[static_cast<size_t>((image * c.out_channels + out_channel) * out_count + at)] +=
            xs[i] * ws[static_cast<size_t>(weight)];
      }
    }
  }
  return ys;
}

void expect_as_scattered(const ConvCase& c) {
  const TestTensor x = testing::random_tensor(c.dtype, c.x, 1);
  std::vector<int64_t> weights = {c.out_channels, c.x[1] / c.group};
  weights.insert(weights.end(), c.kernel.begin(), c.kernel.end());
  const TestTensor w = testing::random_tensor(c.dtype, weights, 2);
  std::vector<TestTensor> inputs = {x, w};
  if (c.bias) inputs.push_back(testing::random_tensor(c.dtype, {c.out_channels}, 3));
  const TestDevice device(backend());
  const auto y = device.run_node(
      "Conv", inputs, {testing::empty_tensor(c.dtype, out_dims(c))},
      {ints("kernel_shape", c.kernel), ints("strides", c.strides), ints("dilations", c.dilations),
       ints("pads", c.pads), integer("group", c.group)});
  ASSERT_TRUE(y.ok()) << y.status().message();
  const std::vector<double> expected =
      scatter(c, x, w, c.bias ? inputs[2].reals() : std::vector<double>());
  const std::vector<double> found = (*y)[0].reals();
  ASSERT_EQ(found.size(), expected.size());
  const double tolerance = c.dtype == DType::f16 ? 0.02 : c.dtype == DType::bf16 ? 0.2 : 1e-5;
  for (size_t i = 0; i < found.size(); ++i) {
    ASSERT_NEAR(found[i], expected[i], tolerance) << "element " << i;
  }
}

TEST(ReferenceConv, plain_two_dimensional) {
  expect_as_scattered({{2, 3, 7, 9}, 5, 1, {3, 3}, {1, 1}, {1, 1}, {0, 0, 0, 0}});
}
TEST(ReferenceConv, uneven_pads_strides_and_dilations) {
  expect_as_scattered({{1, 4, 11, 13}, 6, 2, {3, 5}, {2, 3}, {2, 1}, {1, 2, 3, 0}});
}
TEST(ReferenceConv, depthwise_without_bias) {
  expect_as_scattered({{1, 9, 6, 5}, 18, 9, {3, 2}, {1, 2}, {1, 1}, {1, 1, 1, 1}, false});
}
TEST(ReferenceConv, one_tap_flattens_the_plane) {
  expect_as_scattered({{2, 5, 19, 31}, 11, 1, {1, 1}, {1, 1}, {1, 1}, {0, 0, 0, 0}});
}
TEST(ReferenceConv, one_tap_with_stride) {
  expect_as_scattered({{1, 5, 9, 8}, 3, 1, {1, 1}, {2, 2}, {1, 1}, {0, 0, 0, 0}});
}
TEST(ReferenceConv, rows_longer_than_a_tile) {
  expect_as_scattered({{1, 2, 3, 700}, 9, 1, {2, 7}, {1, 2}, {1, 3}, {1, 4, 0, 9}});
}
TEST(ReferenceConv, padding_beyond_the_input) {
  expect_as_scattered({{1, 1, 2, 2}, 2, 1, {2, 2}, {3, 3}, {1, 1}, {7, 5, 4, 9}});
}
TEST(ReferenceConv, one_and_three_spatial_axes) {
  expect_as_scattered({{2, 3, 17}, 4, 1, {4}, {3}, {2}, {2, 1}});
  expect_as_scattered({{1, 2, 4, 5, 6}, 3, 1, {2, 3, 2}, {1, 2, 1}, {2, 1, 1}, {1, 0, 1, 0, 1, 2}});
}
TEST(ReferenceConv, integers_and_narrow_floats) {
  const ConvCase c = {{1, 3, 5, 5}, 2, 1, {3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}};
  for (const DType dtype : {DType::i32, DType::f16, DType::bf16, DType::f64}) {
    ConvCase other = c;
    other.dtype = dtype;
    expect_as_scattered(other);
  }
}

TEST(ReferenceConv, integers_wrap) {
  const double large = 1 << 30;
  const auto y = TestDevice(backend()).run_node(
      "Conv",
      {testing::tensor(DType::i32, {1, 1, 2}, {large, large}),
       testing::tensor(DType::i32, {1, 1, 2}, {2, 3})},
      {testing::empty_tensor(DType::i32, {1, 1, 1})},
      {ints("kernel_shape", {2}), ints("strides", {1}), ints("dilations", {1}),
       ints("pads", {0, 0}), integer("group", 1)});
  ASSERT_TRUE(y.ok());
  EXPECT_EQ((*y)[0].integer(0), (int64_t{5} << 30) - (int64_t{1} << 32));
}

TEST(ReferenceConv, weights_that_do_not_fit_are_named) {
  const testing::TestHost host;
  const auto y = TestDevice(backend()).run_node(
      "Conv",
      {testing::empty_tensor(DType::f32, {1, 4, 5}), testing::empty_tensor(DType::f32, {2, 3, 3})},
      {testing::empty_tensor(DType::f32, {1, 2, 3})},
      {ints("kernel_shape", {3}), ints("strides", {1}), ints("dilations", {1}),
       ints("pads", {0, 0}), integer("group", 1)});
  EXPECT_EQ(y.status().code(), Code::invalid);
  EXPECT_EQ(host.last_failure(),
            "Conv \"n0\": group 1 does not fit 4 input channels and weights of 2 x 3 channels");
}

}  // namespace
}  // namespace tenon::reference
