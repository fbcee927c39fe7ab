// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/level_tests.h"
#include "plugins/backends/reference/reference.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

// Convolutions of single channels and pools, against the reference backend at every level.
namespace tenon::cpu {
namespace {

using testing::integer;
using testing::ints;
using testing::TestAttr;
using testing::TestDevice;
using testing::TestTensor;
using Dims = std::vector<int64_t>;

struct WindowCase {
  Dims x;  // [N, C, d...]
  Dims kernel;
  Dims strides;
  Dims pads;
  Dims dilations = {1, 1};
};

Dims out_dims(const WindowCase& c, int64_t channels) {
  Dims dims = {c.x[0], channels};
  const size_t axes = c.kernel.size();
  for (size_t i = 0; i < axes; ++i) {
    const int64_t reach = (c.kernel[i] - 1) * c.dilations[i] + 1;
    dims.push_back((c.x[2 + i] + c.pads[i] + c.pads[axes + i] - reach) / c.strides[i] + 1);
  }
  return dims;
}

std::vector<double> run(HostBackend backend, const std::string& op,
                        const std::vector<TestTensor>& inputs, const Dims& dims,
                        const std::vector<TestAttr>& attrs) {
  const auto y = TestDevice(std::move(backend))
                     .run_node(op, inputs, {testing::empty_tensor(DType::f32, dims)}, attrs);
  EXPECT_TRUE(y.ok()) << y.status().message();
  return y.ok() ? (*y)[0].reals() : std::vector<double>();
}

void expect_as_reference(const std::string& op, const std::vector<TestTensor>& inputs,
                         const Dims& dims, const std::vector<TestAttr>& attrs) {
  const std::vector<double> expected = run(reference::backend(), op, inputs, dims, attrs);
  for_each_level([&] {
    const std::vector<double> found = run(backend(), op, inputs, dims, attrs);
    ASSERT_EQ(found.size(), expected.size());
    for (size_t i = 0; i < found.size(); ++i) {
      if (std::isnan(expected[i]) && std::isnan(found[i])) continue;
      if (expected[i] == found[i]) continue;
      ASSERT_NEAR(found[i], expected[i], 5e-5) << "element " << i;
    }
  });
}

void expect_depthwise(const WindowCase& c, int64_t multiplier = 1) {
  const int64_t channels = c.x[1] * multiplier;
  Dims weights = {channels, 1};
  weights.insert(weights.end(), c.kernel.begin(), c.kernel.end());
  expect_as_reference(
      "Conv",
      {testing::random_tensor(DType::f32, c.x, 1), testing::random_tensor(DType::f32, weights, 2),
       testing::random_tensor(DType::f32, {channels}, 3)},
      out_dims(c, channels),
      {ints("kernel_shape", c.kernel), ints("strides", c.strides), ints("dilations", c.dilations),
       ints("pads", c.pads), integer("group", c.x[1])});
}

void expect_pool(const WindowCase& c, int64_t count_padding = 0) {
  for (const std::string mode : {"max", "average"}) {
    expect_as_reference("Pool", {testing::random_tensor(DType::f32, c.x, 1)}, out_dims(c, c.x[1]),
                        {ints("kernel_shape", c.kernel), ints("strides", c.strides),
                         ints("dilations", c.dilations), ints("pads", c.pads),
                         testing::word("mode", mode), integer("count_include_pad", count_padding)});
  }
}

TEST(CpuDepthwise, square_windows_of_both_strides) {
  for (const int64_t size : {1, 3, 7, 14, 17, 33, 70}) {
    expect_depthwise({{1, 3, size, size + 1}, {3, 3}, {1, 1}, {1, 1, 1, 1}});
    expect_depthwise({{2, 3, size + 1, size}, {3, 3}, {2, 2}, {1, 1, 1, 1}});
    expect_depthwise({{1, 2, size, size}, {5, 5}, {1, 1}, {2, 2, 2, 2}});
    expect_depthwise({{1, 2, size, size}, {5, 5}, {2, 2}, {2, 2, 2, 2}});
  }
}
TEST(CpuDepthwise, any_window) {
  expect_depthwise({{1, 4, 9, 40}, {3, 3}, {1, 1}, {0, 0, 0, 0}});
  expect_depthwise({{1, 4, 9, 40}, {2, 7}, {1, 2}, {1, 3, 0, 2}});
  expect_depthwise({{1, 4, 19, 40}, {3, 3}, {1, 1}, {2, 4, 2, 4}, {2, 4}});
  expect_depthwise({{1, 2, 5, 6}, {3, 3}, {3, 1}, {4, 5, 6, 7}});
  expect_depthwise({{1, 2, 9, 9}, {3, 3}, {1, 1}, {-1, 2, 1, -2}});
}
TEST(CpuDepthwise, one_axis) {
  expect_depthwise({{2, 5, 100}, {9}, {1}, {8, 0}, {1}});
  expect_depthwise({{2, 5, 101}, {4}, {2}, {1, 2}, {3}});
}
TEST(CpuDepthwise, several_outputs_of_a_channel) {
  expect_depthwise({{2, 3, 8, 8}, {3, 3}, {1, 1}, {1, 1, 1, 1}}, 4);
}
TEST(CpuDepthwise, planes_cut_into_rows) {
  expect_depthwise({{1, 2, 300, 301}, {3, 3}, {1, 1}, {1, 1, 1, 1}});
}
TEST(CpuDepthwise, windows_it_leaves_to_products) {
  expect_depthwise({{1, 3, 4, 80}, {1, 40}, {1, 1}, {0, 20, 0, 20}});
  expect_depthwise({{1, 3, 9, 20}, {3, 3}, {3, 3}, {1, 1, 1, 1}});
}

TEST(CpuPool, windows_of_both_strides) {
  for (const int64_t size : {3, 7, 17, 40}) {
    expect_pool({{2, 3, size, size + 1}, {3, 3}, {1, 1}, {1, 1, 1, 1}});
    expect_pool({{2, 3, size, size + 1}, {3, 2}, {2, 2}, {1, 1, 0, 0}});
    expect_pool({{2, 3, size, size + 1}, {3, 3}, {2, 2}, {1, 1, 1, 1}}, 1);
  }
}
TEST(CpuPool, windows_that_are_dilated_or_long) {
  expect_pool({{1, 3, 20, 21}, {3, 3}, {1, 2}, {1, 1, 1, 1}, {2, 3}});
  expect_pool({{1, 3, 20, 21}, {3, 3}, {3, 3}, {1, 1, 1, 1}});
  expect_pool({{1, 3, 5, 50}, {2, 40}, {1, 1}, {0, 0, 0, 0}});
  expect_pool({{1, 3, 50}, {5}, {2}, {2, 2}, {1}});
}

TEST(CpuPool, a_window_with_nan_gives_nan) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> values(40, 1.0);
  values[7] = nan;
  values[39] = nan;
  expect_as_reference(
      "Pool", {testing::tensor(DType::f32, {1, 1, 1, 40}, values)}, {1, 1, 1, 38},
      {ints("kernel_shape", {1, 3}), ints("strides", {1, 1}), ints("dilations", {1, 1}),
       ints("pads", {0, 0, 0, 0}), testing::word("mode", "max")});
}

}  // namespace
}  // namespace tenon::cpu
