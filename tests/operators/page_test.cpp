// SPDX-License-Identifier: Apache-2.0
#include "tests/operators/page.h"

#include <gtest/gtest.h>

namespace tenon::operators_page {
namespace {

TEST(OperatorsPage, numbers_of_tests_are_read_back) {
  const TestCounts counts = counts_of(
      "# Operators\n| kind | what |\n|---|---|\n\n## ai.onnx, and what its operators are written "
      "in\n\n"
      "| Add | element | a: numeric | reference | 12 of 13 | The sum. |\n"
      "| Map | element | a: any | reference |  | A formula. |\n"
      "\n## ai.onnx.ml\n| Scaler | expand | x: f32 | opencl (1 of 2) | 1 of 1 | Scaled. |\n");
  ASSERT_EQ(counts.size(), 2u);
  EXPECT_EQ(counts.at("Add").passed, 12u);
  EXPECT_EQ(counts.at("Add").all, 13u);
  EXPECT_EQ(counts.at("ai.onnx.ml.Scaler").all, 1u);
}

TEST(OperatorsPage, operands_tell_what_may_be_left_out) {
  Op op;
  op.inputs = {
      {"x", "float"}, {"k", "i32|i64", optional_operand}, {"rest", "any", variadic_operand}};
  EXPECT_EQ(operands_of(op), "x: float, [k: i32|i64], rest: any ...");
}

}  // namespace
}  // namespace tenon::operators_page
