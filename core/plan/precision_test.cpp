// SPDX-License-Identifier: Apache-2.0
#include "core/plan/precision.h"

#include "core/plan/plan.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

TEST(Precision, words_are_read) {
  EXPECT_EQ(*read_precision("fast"), TENON_PRECISION_FAST);
  EXPECT_EQ(*read_precision("exact"), TENON_PRECISION_EXACT);
  EXPECT_EQ(*read_precision("auto"), std::nullopt);
  EXPECT_FALSE(read_precision("quick").ok());
  EXPECT_EQ(*read_type_of_states("bf16"), DType::bf16);
  EXPECT_FALSE(read_type_of_states("i8").ok());
}

}  // namespace
}  // namespace tenon
