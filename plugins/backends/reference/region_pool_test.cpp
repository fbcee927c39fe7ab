// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/reference.h"
#include "sdk/testing/test_device.h"

#include <gtest/gtest.h>

namespace tenon::reference {
namespace {

using testing::empty_tensor;
using testing::integer;
using testing::tensor;
using testing::TestDevice;
using testing::TestTensor;
using testing::word;
using Reals = std::vector<double>;

// Element (y, x) is 10 * y + x.
TestTensor slope(int64_t height, int64_t width) {
  Reals values;
  for (int64_t y = 0; y < height; ++y) {
    for (int64_t x = 0; x < width; ++x) values.push_back(static_cast<double>(10 * y + x));
  }
  return tensor(DType::f32, {1, 1, height, width}, values);
}

Result<std::vector<TestTensor>> pool(const Reals& region, const std::string& mode, double batch) {
  return TestDevice(backend()).run_node(
      "RegionPool",
      {slope(6, 6), tensor(DType::f32, {1, 4}, region), tensor(DType::i64, {1}, {batch})},
      {empty_tensor(DType::f32, {1, 1, 2, 2})},
      {word("mode", mode), integer("sampling_ratio", 0), integer("half_pixel", 0)});
}

Reals pooled(const Reals& region, const std::string& mode) {
  const auto y = pool(region, mode, 0);
  EXPECT_TRUE(y.ok()) << y.status().message();
  return y.ok() ? (*y)[0].reals() : Reals();
}

TEST(ReferenceRegionPool, the_mean_over_a_slope_is_its_middle) {
  EXPECT_EQ(pooled({0, 0, 4, 4}, "average"), (Reals{11, 13, 31, 33}));
}

TEST(ReferenceRegionPool, whole_places_give_their_maximum) {
  EXPECT_EQ(pooled({0, 0, 3, 3}, "bins"), (Reals{11, 13, 31, 33}));
}

TEST(ReferenceRegionPool, a_region_outside_is_zero) {
  EXPECT_EQ(pooled({20, 20, 24, 24}, "average"), (Reals{0, 0, 0, 0}));
  EXPECT_EQ(pooled({20, 20, 24, 24}, "bins"), (Reals{0, 0, 0, 0}));
}

TEST(ReferenceRegionPool, a_batch_that_is_not_there_is_an_error) {
  EXPECT_EQ(pool({0, 0, 4, 4}, "average", 1).status().code(), Code::invalid);
}

}  // namespace
}  // namespace tenon::reference
