// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/check/fixed.h"

#include <gtest/gtest.h>

namespace tenon::cli {
namespace {

TEST(Fixed, the_input_is_found_in_the_message) {
  EXPECT_EQ(input_to_fix("m.onnx: node \"n\" (ReduceSum): input 1 (\"axes\") must be constant, it "
                         "is known only at run time; if it is an input"),
            "axes");
  EXPECT_EQ(input_to_fix("m.onnx: 1 operator is not supported: Foo x1 (node \"n\")"), "");
}

}  // namespace
}  // namespace tenon::cli
