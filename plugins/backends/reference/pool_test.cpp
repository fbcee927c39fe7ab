// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/reference.h"
#include "sdk/testing/test_device.h"

#include <gtest/gtest.h>

#include <cmath>

// Pool against a loop over all of the padded plane that asks for each place whether a tap lies on
// it.
namespace tenon::reference {
namespace {

using testing::integer;
using testing::ints;
using testing::TestDevice;
using testing::TestTensor;
using testing::word;

struct PoolCase {
  std::vector<int64_t> x;  // [N, C, h, w]
  std::vector<int64_t> y;  // h, w of the output: given, so that ceil mode can be tried
  std::vector<int64_t> kernel;
  std::vector<int64_t> strides;
  std::vector<int64_t> dilations;
  std::vector<int64_t> pads;
};

std::vector<testing::TestAttr> attrs(const PoolCase& c, const std::string& mode, int64_t include) {
  return {word("mode", mode),
          ints("kernel_shape", c.kernel),
          ints("strides", c.strides),
          ints("dilations", c.dilations),
          ints("pads", c.pads),
          integer("count_include_pad", include),
          integer("p", 3)};
}

bool tap_on(const PoolCase& c, size_t axis, int64_t out, int64_t in) {
  const int64_t reach = in + c.pads[axis] - out * c.strides[axis];
  return reach >= 0 && reach % c.dilations[axis] == 0 && reach / c.dilations[axis] < c.kernel[axis];
}

struct Seen {
  std::vector<double> inside;
  int64_t padding = 0;
};

Seen look(const PoolCase& c, const std::vector<double>& plane, int64_t oy, int64_t ox) {
  Seen seen;
  for (int64_t y = -c.pads[0]; y < c.x[2] + c.pads[2]; ++y) {
    for (int64_t x = -c.pads[1]; x < c.x[3] + c.pads[3]; ++x) {
      if (!tap_on(c, 0, oy, y) || !tap_on(c, 1, ox, x)) continue;
      if (y >= 0 && y < c.x[2] && x >= 0 && x < c.x[3]) {
        seen.inside.push_back(plane[static_cast<size_t>(y * c.x[3] + x)]);
      } else {
        ++seen.padding;
      }
    }
  }
  return seen;
}

double judge(const Seen& seen, const std::string& mode, bool include) {
  double sum = 0;
  double power = 0;
  double peak = -INFINITY;
  for (const double x : seen.inside) {
    sum += x;
    power += std::abs(x * x * x);
    peak = std::max(peak, x);
  }
  if (mode == "max") return peak;
  if (mode == "lp") return std::cbrt(power);
  return sum / static_cast<double>(seen.inside.size() + (include ? seen.padding : 0));
}

void expect_as_judged(const PoolCase& c) {
  const TestTensor x = testing::random_tensor(DType::f32, c.x, 7);
  const std::vector<double> xs = x.reals();
  const auto plane_size = c.x[2] * c.x[3];
  for (const std::string mode : {"max", "average", "lp"}) {
    for (const int64_t include : {0, 1}) {
      const auto y = TestDevice(backend()).run_node(
          "Pool", {x}, {testing::empty_tensor(DType::f32, {c.x[0], c.x[1], c.y[0], c.y[1]})},
          attrs(c, mode, include));
      ASSERT_TRUE(y.ok()) << y.status().message();
      for (int64_t i = 0; i < (*y)[0].elements(); ++i) {
        const int64_t plane = i / (c.y[0] * c.y[1]);
        const std::vector<double> in(xs.begin() + plane * plane_size,
                                     xs.begin() + (plane + 1) * plane_size);
        const Seen seen = look(c, in, i / c.y[1] % c.y[0], i % c.y[1]);
        ASSERT_NEAR((*y)[0].real(i), judge(seen, mode, include != 0), 1e-6)
            << mode << " " << include << " element " << i;
      }
    }
  }
}

TEST(ReferencePool, plain) {
  expect_as_judged({{2, 3, 6, 8}, {3, 4}, {2, 2}, {2, 2}, {1, 1}, {0, 0, 0, 0}});
}
TEST(ReferencePool, overlapping_with_uneven_pads) {
  expect_as_judged({{1, 2, 7, 5}, {4, 5}, {3, 2}, {2, 1}, {1, 1}, {1, 0, 1, 1}});
}
TEST(ReferencePool, dilated) {
  expect_as_judged({{1, 1, 9, 10}, {5, 4}, {3, 3}, {1, 2}, {2, 2}, {0, 1, 0, 0}});
}
TEST(ReferencePool, ceil_mode_leaves_out_what_lies_beyond_the_padding) {
  expect_as_judged({{1, 2, 6, 6}, {3, 3}, {3, 3}, {2, 2}, {1, 1}, {0, 0, 0, 0}});
  expect_as_judged({{1, 1, 6, 6}, {4, 4}, {3, 3}, {2, 2}, {1, 1}, {1, 1, 1, 1}});
}

TEST(ReferencePool, integers_and_one_axis) {
  const auto y = TestDevice(backend()).run_node(
      "Pool", {testing::tensor(DType::i8, {1, 1, 4}, {-5, -3, -100, -7})},
      {testing::empty_tensor(DType::i8, {1, 1, 2})},
      {word("mode", "max"), ints("kernel_shape", {2}), ints("strides", {2}), ints("dilations", {1}),
       ints("pads", {0, 0})});
  ASSERT_TRUE(y.ok());
  EXPECT_EQ((*y)[0].reals(), (std::vector<double>{-3, -7}));
}

}  // namespace
}  // namespace tenon::reference
