// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/reference.h"
#include "sdk/testing/test_device.h"

#include <gtest/gtest.h>

namespace tenon::reference {
namespace {

using testing::integer;
using testing::tensor;
using testing::TestDevice;
using testing::TestTensor;
using testing::word;
using Reals = std::vector<double>;

Reals scatter(const std::string& op, const TestTensor& data, const TestTensor& indices,
              const TestTensor& updates, const std::string& reduction, int64_t axis = 0) {
  const auto y = TestDevice(backend()).run_node(
      op, {data, indices, updates}, {testing::empty_tensor(data.dtype, data.dims)},
      {word("reduction", reduction), integer("axis", axis)});
  EXPECT_TRUE(y.ok()) << y.status().message();
  return y.ok() ? (*y)[0].reals() : Reals();
}

TEST(ReferenceScatterElements, replaces_along_either_axis) {
  const TestTensor zeros = tensor(DType::f32, {3, 3}, Reals(9));
  const TestTensor indices = tensor(DType::i64, {2, 3}, {1, 0, 2, 0, 2, -2});
  const TestTensor updates = tensor(DType::f32, {2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(scatter("ScatterElements", zeros, indices, updates, "none", 0),
            (Reals{4, 2, 0, 1, 0, 6, 0, 5, 3}));
  EXPECT_EQ(scatter("ScatterElements", zeros, indices, updates, "none", 1),
            (Reals{2, 1, 3, 4, 6, 5, 0, 0, 0}));
}

TEST(ReferenceScatterElements, reduces_what_meets) {
  const TestTensor data = tensor(DType::i32, {4}, {10, 20, 30, 40});
  const TestTensor indices = tensor(DType::i32, {4}, {1, 1, -1, 1});
  const TestTensor updates = tensor(DType::i32, {4}, {5, 50, 2, 7});
  EXPECT_EQ(scatter("ScatterElements", data, indices, updates, "add"), (Reals{10, 82, 30, 42}));
  EXPECT_EQ(scatter("ScatterElements", data, indices, updates, "mul"),
            (Reals{10, 20.0 * 5 * 50 * 7, 30, 80}));
  EXPECT_EQ(scatter("ScatterElements", data, indices, updates, "max"), (Reals{10, 50, 30, 40}));
  EXPECT_EQ(scatter("ScatterElements", data, indices, updates, "min"), (Reals{10, 5, 30, 2}));
}

TEST(ReferenceScatterElements, a_smaller_index_block_leaves_the_rest) {
  const TestTensor data = tensor(DType::u8, {2, 2, 3}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  const TestTensor indices = tensor(DType::i64, {1, 2, 2}, {1, 0, 0, 1});
  const TestTensor updates = tensor(DType::u8, {1, 2, 2}, {100, 101, 102, 103});
  EXPECT_EQ(scatter("ScatterElements", data, indices, updates, "none", 1),
            (Reals{102, 101, 2, 100, 103, 5, 6, 7, 8, 9, 10, 11}));
}

TEST(ReferenceScatterElements, an_index_outside_is_an_error) {
  const testing::TestHost host;
  const auto y = TestDevice(backend()).run_node(
      "ScatterElements",
      {tensor(DType::f32, {2}, {0, 0}), tensor(DType::i64, {1}, {2}), tensor(DType::f32, {1}, {1})},
      {testing::empty_tensor(DType::f32, {2})}, {word("reduction", "none"), integer("axis", 0)});
  EXPECT_EQ(y.status().code(), Code::invalid);
  EXPECT_EQ(host.last_failure(),
            "ScatterElements \"n0\": index 2 at element 0 lies outside an axis of 2");
}

TEST(ReferenceScatterNd, replaces_elements_and_slices) {
  const TestTensor data = tensor(DType::f32, {2, 3}, {0, 1, 2, 3, 4, 5});
  EXPECT_EQ(scatter("ScatterND", data, tensor(DType::i64, {2, 2}, {0, 1, -1, -1}),
                    tensor(DType::f32, {2}, {10, 20}), "none"),
            (Reals{0, 10, 2, 3, 4, 20}));
  EXPECT_EQ(scatter("ScatterND", data, tensor(DType::i64, {1, 1}, {1}),
                    tensor(DType::f32, {1, 3}, {7, 8, 9}), "none"),
            (Reals{0, 1, 2, 7, 8, 9}));
}

TEST(ReferenceScatterNd, sums_in_double_and_rounds_once) {
  // In f32, 2^24 + 1 + 1 would stay 2^24.
  const double large = 1 << 24;
  EXPECT_EQ(scatter("ScatterND", tensor(DType::f32, {1}, {large}),
                    tensor(DType::i64, {2, 1}, {0, 0}), tensor(DType::f32, {2}, {1, 1}), "add"),
            (Reals{large + 2}));
}

TEST(ReferenceScatterNd, updates_that_do_not_fit_are_an_error) {
  const testing::TestHost host;
  const auto y = TestDevice(backend()).run_node(
      "ScatterND",
      {tensor(DType::f32, {2}, {0, 0}), tensor(DType::i64, {1, 2}, {0, 0}),
       tensor(DType::f32, {1}, {1})},
      {testing::empty_tensor(DType::f32, {2})}, {word("reduction", "none")});
  EXPECT_EQ(y.status().code(), Code::invalid);
  EXPECT_EQ(host.last_failure(), "ScatterND \"n0\": tuples of 2 indices, data has rank 1");
}

}  // namespace
}  // namespace tenon::reference
