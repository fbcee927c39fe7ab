// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/constant_host.h"
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/reference/reference.h"

#include <gtest/gtest.h>

// ConvTranspose against the reference backend at every level.
namespace tenon::cpu {
namespace {

using testing::empty_tensor;
using testing::ints;
using testing::random_tensor;
using testing::TestTensor;

struct Geometry {
  std::vector<int64_t> x;
  std::vector<int64_t> w;  // [channels, output channels of a group, ...]
  std::vector<int64_t> strides;
  std::vector<int64_t> pads;
  int64_t group = 1;
  int64_t output_padding = 0;
};

void expect_same(const Geometry& g) {
  const size_t axes = g.strides.size();
  std::vector<int64_t> out = {g.x[0], g.w[1] * g.group};
  for (size_t i = 0; i < axes; ++i) {
    out.push_back((g.x[2 + i] - 1) * g.strides[i] + g.w[2 + i] - g.pads[i] - g.pads[axes + i] +
                  g.output_padding);
  }
  const std::vector<TestTensor> in = {random_tensor(DType::f32, g.x, 1),
                                      random_tensor(DType::f32, g.w, 2),
                                      random_tensor(DType::f32, {out[1]}, 3)};
  const std::vector<testing::TestAttr> attrs = {testing::integer("group", g.group),
                                                ints("strides", g.strides), ints("pads", g.pads),
                                                ints("kernel_shape", {g.w.begin() + 2, g.w.end()}),
                                                ints("dilations", std::vector<int64_t>(axes, 1))};
  const std::vector<TestTensor> y = {empty_tensor(DType::f32, out)};
  const auto expected =
      testing::TestDevice(reference::backend()).run_node("ConvTranspose", in, y, attrs);
  ASSERT_TRUE(expected.ok()) << expected.status().message();
  each_level([&](Level level) {
    SCOPED_TRACE(std::string(to_text(level)));
    const auto made = run_with_constants(backend(), "ConvTranspose", in, 1, {}, y, attrs);
    ASSERT_TRUE(made.ok()) << made.status().message();
    for (int64_t i = 0; i < y[0].elements(); ++i) {
      ASSERT_NEAR((*made)[0].real(i), (*expected)[0].real(i), 1e-4) << "element " << i;
    }
  });
}

TEST(CpuConvTranspose, vectors_are_spread_by_phases_of_the_step) {
  expect_same({.x = {1, 5, 40}, .w = {5, 7, 20}, .strides = {10}, .pads = {5, 5}});
  expect_same(
      {.x = {2, 3, 9}, .w = {3, 2, 5}, .strides = {2}, .pads = {0, 1}, .output_padding = 1});
  expect_same(
      {.x = {1, 3, 7}, .w = {3, 2, 2}, .strides = {3}, .pads = {0, 0}, .output_padding = 2});
}

TEST(CpuConvTranspose, each_group_has_weights_of_its_own) {
  expect_same({.x = {1, 6, 11},
               .w = {6, 1, 3},
               .strides = {2},
               .pads = {1, 1},
               .group = 6,
               .output_padding = 1});
  expect_same({.x = {1, 4, 33}, .w = {4, 300, 2}, .strides = {1}, .pads = {0, 0}, .group = 2});
}

TEST(CpuConvTranspose, pictures_are_spread_along_both_axes) {
  expect_same({.x = {2, 3, 6, 5}, .w = {3, 4, 3, 2}, .strides = {2, 2}, .pads = {1, 0, 1, 0}});
  expect_same({.x = {1, 2, 4, 35}, .w = {2, 3, 4, 5}, .strides = {1, 3}, .pads = {2, 1, 0, 3}});
}

}  // namespace
}  // namespace tenon::cpu
