// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/reference.h"
#include "sdk/testing/test_device.h"
#include "tenon/strip_vm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

// Reduce against a walk over the input that finds each element's place in the output.
namespace tenon::reference {
namespace {

using testing::integer;
using testing::ints;
using testing::TestDevice;
using testing::TestTensor;
using testing::word;

Result<TestTensor> reduce_tensor(const TestTensor& x, const std::string& mode,
                                 const std::vector<int64_t>& axes) {
  TestTensor out{x.dtype, {}, {}};
  for (size_t i = 0; i < x.dims.size(); ++i) {
    const bool folded = std::ranges::count(axes, static_cast<int64_t>(i)) > 0;
    out.dims.push_back(folded ? 1 : x.dims[i]);
  }
  TENON_TRY_ASSIGN(auto outputs,
                   TestDevice(backend()).run_node(
                       "Reduce", {x}, {testing::empty_tensor(x.dtype, out.dims)},
                       {word("mode", mode), ints("axes", axes), integer("keepdims", 1)}));
  return outputs[0];
}

std::vector<double> walk(const TestTensor& x, const std::string& mode,
                         const std::vector<int64_t>& out) {
  const double start = mode == "prod"  ? 1
                       : mode == "max" ? -INFINITY
                       : mode == "min" ? INFINITY
                                       : 0;
  int64_t count = 1;
  for (const int64_t extent : out) count *= extent;
  std::vector<double> totals(static_cast<size_t>(count), start);
  const std::vector<double> xs = x.reals();
  for (int64_t i = 0; i < x.elements(); ++i) {
    int64_t place = 0, rest = i, stride = 1;
    for (size_t axis = out.size(); axis-- > 0; rest /= x.dims[axis]) {
      place += (out[axis] == 1 ? 0 : rest % x.dims[axis]) * stride;
      stride *= out[axis];
    }
    double& total = totals[static_cast<size_t>(place)];
    const double v = xs[static_cast<size_t>(i)];
    total = mode == "prod"  ? total * v
            : mode == "max" ? std::max(total, v)
            : mode == "min" ? std::min(total, v)
                            : total + v;
  }
  for (double& total : totals) {
    if (mode == "mean") total /= static_cast<double>(x.elements()) / static_cast<double>(count);
  }
  return totals;
}

TEST(ReferenceReduce, every_choice_of_axes) {
  const TestTensor x = testing::random_tensor(DType::f64, {3, 2, 4, 3}, 5);
  for (const std::string mode : {"sum", "mean", "prod", "max", "min"}) {
    for (uint32_t mask = 0; mask < 16; ++mask) {
      std::vector<int64_t> axes;
      for (int64_t i = 0; i < 4; ++i) {
        if ((mask >> i & 1) != 0) axes.push_back(i);
      }
      const auto y = reduce_tensor(x, mode, axes);
      ASSERT_TRUE(y.ok()) << y.status().message();
      const std::vector<double> expected = walk(x, mode, y->dims);
      for (size_t i = 0; i < expected.size(); ++i) {
        ASSERT_NEAR(y->reals()[i], expected[i], 1e-9) << mode << " axes " << mask << " at " << i;
      }
    }
  }
}

TEST(ReferenceReduce, long_vectors_are_taken_in_pieces) {
  const TestTensor x = testing::random_tensor(DType::f64, {2, 3000}, 9);
  EXPECT_NEAR(reduce_tensor(x, "sum", {1})->real(1), walk(x, "sum", {2, 1})[1], 1e-9);
  const TestTensor rows = reduce_tensor(x, "sum", {0}).value();
  EXPECT_NEAR(rows.real(2999), x.real(2999) + x.real(5999), 1e-12);
}

TEST(ReferenceReduce, empty_sets_give_the_neutral_element) {
  const TestTensor none = testing::empty_tensor(DType::f32, {2, 0});
  EXPECT_EQ(reduce_tensor(none, "sum", {1})->real(0), 0);
  EXPECT_EQ(reduce_tensor(none, "prod", {1})->real(1), 1);
  EXPECT_EQ(reduce_tensor(none, "max", {1})->real(0), -INFINITY);
  const TestTensor bytes = testing::empty_tensor(DType::i8, {0});
  EXPECT_EQ(reduce_tensor(bytes, "max", {0})->integer(0), -128);
  EXPECT_EQ(reduce_tensor(bytes, "min", {0})->integer(0), 127);
  const TestTensor wide = testing::empty_tensor(DType::u64, {0});
  EXPECT_EQ(static_cast<uint64_t>(reduce_tensor(wide, "min", {0})->integer(0)), UINT64_MAX);
  EXPECT_EQ(reduce_tensor(testing::empty_tensor(DType::i64, {0}), "max", {0})->integer(0),
            std::numeric_limits<int64_t>::min());
}

TEST(ReferenceReduce, nan_wins_and_bool_is_or_and_and) {
  const TestTensor x = testing::tensor(DType::f32, {3}, {1, NAN, 2});
  EXPECT_TRUE(std::isnan(reduce_tensor(x, "max", {0})->real(0)));
  EXPECT_TRUE(std::isnan(reduce_tensor(x, "min", {0})->real(0)));
  const TestTensor flags = testing::tensor(DType::boolean, {2, 2}, {0, 1, 1, 1});
  EXPECT_EQ(reduce_tensor(flags, "max", {1})->reals(), (std::vector<double>{1, 1}));
  EXPECT_EQ(reduce_tensor(flags, "min", {1})->reals(), (std::vector<double>{0, 1}));
}

TEST(ReferenceReduce, integers_wrap_and_large_unsigned_compare_as_unsigned) {
  const TestTensor x = testing::tensor(DType::u8, {2}, {200, 100});
  EXPECT_EQ(reduce_tensor(x, "sum", {0})->integer(0), 300 - 256);
  TestTensor wide = testing::tensor(DType::u64, {2}, {1, 0});
  store_integer(wide.bytes.data(), DType::u64, 1, -1);
  EXPECT_EQ(static_cast<uint64_t>(reduce_tensor(wide, "max", {0})->integer(0)), UINT64_MAX);
}

}  // namespace
}  // namespace tenon::reference
