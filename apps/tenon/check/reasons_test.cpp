// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/check/reasons.h"

#include <gtest/gtest.h>

namespace tenon::cli {
namespace {

using Reasons = std::vector<std::string>;

TEST(Reasons, unsupported_operators_are_their_names) {
  EXPECT_EQ(reasons_of("a/model.onnx: 2 operators are not supported: If x4 (node \"a\", \"b\"), "
                       "ai.onnx.ml.Scaler x1 (node \"c\")"),
            (Reasons{"If", "ai.onnx.ml.Scaler"}));
}

TEST(Reasons, a_node_is_told_by_its_operator) {
  EXPECT_EQ(reasons_of("a/model.onnx: node \"y\" (CumSum): input 1 must be constant"),
            (Reasons{"CumSum: input 1 must be constant"}));
}

TEST(Reasons, lines_of_a_list_are_reasons) {
  EXPECT_EQ(reasons_of("a/model.onnx: 2 constructs are not supported:\n"
                       "  Scan x1 (\"y\"): of operator set 8\n"
                       "  node \"z\" (Equal): reference: no texts\n"
                       "  node \"w\" (Equal): reference: no texts"),
            (Reasons{"Scan: of operator set 8", "Equal: reference: no texts"}));
}

TEST(Reasons, other_messages_stay) {
  EXPECT_EQ(reasons_of("input is a sequence"), (Reasons{"input is a sequence"}));
}

}  // namespace
}  // namespace tenon::cli
