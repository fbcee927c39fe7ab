// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/reference.h"
#include "sdk/testing/test_device.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tenon::reference {
namespace {

using testing::empty_tensor;
using testing::tensor;
using testing::TestDevice;
using testing::TestTensor;
using Reals = std::vector<double>;

std::vector<TestTensor> inverted(const TestTensor& x) {
  const std::vector<int64_t> batch(x.dims.begin(), x.dims.end() - 2);
  const std::vector<TestTensor> outputs = {empty_tensor(x.dtype, x.dims),
                                           empty_tensor(x.dtype, batch)};
  const auto y = TestDevice(backend()).run_node("InvertMatrix", {x}, outputs);
  EXPECT_TRUE(y.ok()) << y.status().message();
  return y.ok() ? *y : outputs;
}

TEST(ReferenceInvertMatrix, rows_may_have_to_be_swapped) {
  const auto y = inverted(tensor(DType::f32, {2, 2}, {0, 2, 4, 0}));
  EXPECT_EQ(y[0].reals(), (Reals{0, 0.25, 0.5, 0}));
  EXPECT_EQ(y[1].reals(), (Reals{-8}));
}

TEST(ReferenceInvertMatrix, a_singular_matrix_has_no_inverse_and_does_not_touch_the_next) {
  const auto y = inverted(tensor(DType::f32, {2, 2, 2}, {1, 2, 2, 4, 2, 0, 0, 2}));
  EXPECT_EQ(y[1].reals(), (Reals{0, 4}));
  EXPECT_TRUE(std::isnan(y[0].real(0)));
  EXPECT_EQ(y[0].real(4), 0.5);
}

TEST(ReferenceInvertMatrix, the_determinant_of_no_rows_is_one) {
  EXPECT_EQ(inverted(empty_tensor(DType::f32, {1, 0, 0}))[1].reals(), (Reals{1}));
}

}  // namespace
}  // namespace tenon::reference
