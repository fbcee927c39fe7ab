// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/reference.h"
#include "sdk/testing/test_device.h"

#include <gtest/gtest.h>

#include <cmath>

// Kernels whose results are places: Compact, SortRows, SelectBoxes.
namespace tenon::reference {
namespace {

using testing::empty_tensor;
using testing::integer;
using testing::ints;
using testing::tensor;
using testing::TestDevice;
using testing::TestTensor;
using Reals = std::vector<double>;

std::vector<TestTensor> run(const std::string& op, const std::vector<TestTensor>& inputs,
                            const std::vector<TestTensor>& outputs,
                            const std::vector<testing::TestAttr>& attrs = {}) {
  const auto y = TestDevice(backend()).run_node(op, inputs, outputs, attrs);
  EXPECT_TRUE(y.ok()) << y.status().message();
  return y.ok() ? *y : outputs;
}

Reals order(const TestTensor& rows) {
  return run("SortRows", {rows}, {empty_tensor(DType::i64, {rows.dims[0]})})[0].reals();
}

TEST(ReferenceCompact, tells_places_and_how_many_and_fills_up_with_zeros) {
  const auto y = run("Compact", {tensor(DType::f32, {2, 3}, {0, NAN, 0, -2, 0, 7})},
                     {empty_tensor(DType::i64, {6}), empty_tensor(DType::i64, {1})});
  EXPECT_EQ(y[0].reals(), (Reals{1, 3, 5, 0, 0, 0}));
  EXPECT_EQ(y[1].reals(), (Reals{3}));
}

TEST(ReferenceCompact, finds_nothing_in_nothing) {
  const auto y = run("Compact", {empty_tensor(DType::boolean, {0, 4})},
                     {empty_tensor(DType::i64, {0}), empty_tensor(DType::i64, {1})});
  EXPECT_EQ(y[1].reals(), (Reals{0}));
}

TEST(ReferenceSortRows, orders_by_the_first_difference_and_keeps_equal_rows_in_order) {
  EXPECT_EQ(order(tensor(DType::i32, {5, 2}, {2, 1, 1, 9, 2, 0, 1, 9, -3, 4})),
            (Reals{4, 1, 3, 2, 0}));
  EXPECT_EQ(order(tensor(DType::f32, {4, 1}, {NAN, 3, NAN, -INFINITY})), (Reals{3, 1, 0, 2}));
  const double most = std::ldexp(1, 63);
  EXPECT_EQ(order(tensor(DType::u64, {2, 1}, {most, 1})), (Reals{1, 0}));
}

// Three unit boxes in a row, each half over the one before, and one far away.
const TestTensor boxes =
    tensor(DType::f32, {1, 4, 4}, {0, 0, 1, 1, 0, 0.5, 1, 1.5, 0, 1, 1, 2, 0, 9, 1, 10});

Reals selected(const Reals& scores, double overlap, double least, int64_t most) {
  return run("SelectBoxes",
             {boxes, tensor(DType::f32, {1, 1, 4}, scores), tensor(DType::f32, {1}, {overlap}),
              tensor(DType::f32, {1}, {least})},
             {empty_tensor(DType::i64, {1, 1, most})},
             {ints("most", {most}), integer("center_point_box", 0)})[0]
      .reals();
}

TEST(ReferenceSelectBoxes, passes_over_what_overlaps_a_chosen_box) {
  // Neighbours share a third of what they cover together.
  EXPECT_EQ(selected({0.5, 0.9, 0.6, 0.1}, 0.3, 0, 4), (Reals{1, 3, -1, -1}));
  EXPECT_EQ(selected({0.5, 0.9, 0.6, 0.1}, 0.4, 0, 4), (Reals{1, 2, 0, 3}));
}

TEST(ReferenceSelectBoxes, wants_scores_above_the_least_and_no_more_than_asked) {
  EXPECT_EQ(selected({0.5, 0.9, 0.6, 0.1}, 0.9, 0.5, 4), (Reals{1, 2, -1, -1}));
  EXPECT_EQ(selected({0.5, 0.5, 0.6, 0.5}, 0.9, 0, 2), (Reals{2, 0}));
}

}  // namespace
}  // namespace tenon::reference
