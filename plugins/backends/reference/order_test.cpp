// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/reference.h"
#include "sdk/testing/test_device.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

// Kernels that compare and walk along one axis: ArgReduce, PrefixScan, TopK, PoolIndices.
namespace tenon::reference {
namespace {

using testing::integer;
using testing::ints;
using testing::tensor;
using testing::TestDevice;
using testing::TestTensor;
using testing::word;
using Reals = std::vector<double>;

std::vector<TestTensor> run(const std::string& op, const std::vector<TestTensor>& inputs,
                            std::vector<TestTensor> outputs,
                            const std::vector<testing::TestAttr>& attrs) {
  const auto y = TestDevice(backend()).run_node(op, inputs, outputs, attrs);
  EXPECT_TRUE(y.ok()) << y.status().message();
  return y.ok() ? *y : outputs;
}

Reals arg(const TestTensor& x, const std::vector<int64_t>& dims, const std::string& mode,
          int64_t axis, int64_t last) {
  return run("ArgReduce", {x}, {testing::empty_tensor(DType::i64, dims)},
             {word("mode", mode), integer("axis", axis), integer("select_last_index", last),
              integer("keepdims", 1)})[0]
      .reals();
}

TEST(ReferenceArgReduce, finds_the_first_or_last_extreme) {
  const TestTensor x = tensor(DType::f32, {2, 4}, {1, 7, 7, 0, -3, -1, -3, -2});
  EXPECT_EQ(arg(x, {2, 1}, "max", 1, 0), (Reals{1, 1}));
  EXPECT_EQ(arg(x, {2, 1}, "max", 1, 1), (Reals{2, 1}));
  EXPECT_EQ(arg(x, {2, 1}, "min", 1, 0), (Reals{3, 0}));
  EXPECT_EQ(arg(x, {2, 1}, "min", 1, 1), (Reals{3, 2}));
  EXPECT_EQ(arg(x, {1, 4}, "max", 0, 0), (Reals{0, 0, 0, 0}));
}

TEST(ReferenceArgReduce, walks_a_middle_axis_wider_than_a_tile) {
  const TestTensor x = testing::random_tensor(DType::f64, {2, 3, 1500}, 4);
  const Reals found = arg(x, {2, 1, 1500}, "max", 1, 0);
  const Reals xs = x.reals();
  for (size_t i = 0; i < found.size(); ++i) {
    const size_t base = i / 1500 * 4500 + i % 1500;
    for (size_t k = 0; k < 3; ++k) {
      ASSERT_LE(xs[base + k * 1500], xs[base + static_cast<size_t>(found[i]) * 1500]) << i;
    }
  }
}

TEST(ReferenceArgReduce, the_first_nan_wins_and_u64_is_unsigned) {
  EXPECT_EQ(arg(tensor(DType::f32, {4}, {1, NAN, 9, NAN}), {1}, "max", 0, 0), (Reals{1}));
  TestTensor wide = tensor(DType::u64, {3}, {1, 0, 5});
  wide.bytes[15] = std::byte{0x80};
  EXPECT_EQ(arg(wide, {1}, "max", 0, 0), (Reals{1}));
}

Reals scan(const TestTensor& x, const std::string& mode, int64_t axis, int64_t exclusive,
           int64_t reverse) {
  return run("PrefixScan", {x}, {testing::empty_tensor(x.dtype, x.dims)},
             {word("mode", mode), integer("axis", axis), integer("exclusive", exclusive),
              integer("reverse", reverse)})[0]
      .reals();
}

TEST(ReferencePrefixScan, four_directions) {
  const TestTensor x = tensor(DType::i32, {2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(scan(x, "sum", 1, 0, 0), (Reals{1, 3, 6, 4, 9, 15}));
  EXPECT_EQ(scan(x, "sum", 1, 1, 0), (Reals{0, 1, 3, 0, 4, 9}));
  EXPECT_EQ(scan(x, "sum", 1, 0, 1), (Reals{6, 5, 3, 15, 11, 6}));
  EXPECT_EQ(scan(x, "sum", 1, 1, 1), (Reals{5, 3, 0, 11, 6, 0}));
  EXPECT_EQ(scan(x, "sum", 0, 0, 0), (Reals{1, 2, 3, 5, 7, 9}));
  EXPECT_EQ(scan(x, "prod", 1, 0, 0), (Reals{1, 2, 6, 4, 20, 120}));
  EXPECT_EQ(scan(x, "prod", 0, 1, 1), (Reals{4, 5, 6, 1, 1, 1}));
}

TEST(ReferenceTopK, orders_values_and_breaks_ties_by_index) {
  const TestTensor x = tensor(DType::f32, {2, 4}, {3, 9, 3, NAN, 2, 2, 1, 2});
  const std::vector<TestTensor> out = {testing::empty_tensor(DType::f32, {2, 3}),
                                       testing::empty_tensor(DType::i64, {2, 3})};
  const auto largest = run("TopK", {x}, out, {integer("axis", 1), integer("largest", 1)});
  EXPECT_EQ(largest[1].reals(), (Reals{3, 1, 0, 0, 1, 3}));
  EXPECT_EQ(largest[0].real(1), 9);
  const auto smallest = run("TopK", {x}, out, {integer("axis", 1), integer("largest", 0)});
  EXPECT_EQ(smallest[1].reals(), (Reals{0, 2, 1, 2, 0, 1}));
  EXPECT_EQ(smallest[0].reals(), (Reals{3, 3, 9, 1, 2, 2}));
}

TEST(ReferenceTopK, takes_a_middle_axis) {
  const TestTensor x = tensor(DType::i8, {1, 3, 2}, {1, 6, 5, 4, 3, 2});
  const auto top = run(
      "TopK", {x},
      {testing::empty_tensor(DType::i8, {1, 2, 2}), testing::empty_tensor(DType::i64, {1, 2, 2})},
      {integer("axis", 1), integer("largest", 1)});
  EXPECT_EQ(top[0].reals(), (Reals{5, 6, 3, 4}));
  EXPECT_EQ(top[1].reals(), (Reals{1, 0, 2, 1}));
}

TEST(ReferencePoolIndices, counts_over_the_whole_tensor_in_both_orders) {
  std::vector<double> values(24);
  std::iota(values.begin(), values.end(), 0);
  const TestTensor x = tensor(DType::f32, {1, 2, 3, 4}, values);
  for (const int64_t column_major : {0, 1}) {
    const auto y =
        run("PoolIndices", {x},
            {testing::empty_tensor(DType::f32, {1, 2, 2, 2}),
             testing::empty_tensor(DType::i64, {1, 2, 2, 2})},
            {ints("kernel_shape", {2, 2}), ints("strides", {1, 2}), ints("dilations", {1, 1}),
             ints("pads", {0, 0, 0, 0}), integer("storage_order", column_major)});
    EXPECT_EQ(y[0].reals(), (Reals{5, 7, 9, 11, 17, 19, 21, 23}));
    EXPECT_EQ(y[1].reals(),
              column_major != 0 ? (Reals{4, 10, 5, 11, 16, 22, 17, 23}) : y[0].reals());
  }
}

}  // namespace
}  // namespace tenon::reference
