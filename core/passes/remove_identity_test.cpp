// SPDX-License-Identifier: Apache-2.0
#include "core/passes/framework/pass_test.h"

namespace tenon {
namespace {

TEST(RemoveIdentity, copies_are_read_from_where_they_were_copied) {
  EXPECT_EQ(after({"infer", "remove_identity"}, R"(symbol s0 "N"
constant %1 "same" i64[2] = {-1, 3}
input %0 "x" f32[s0, 3]
%2 "a" none = Identity(%0) "a"
%3 "b" none = Cast(%2) "b" {to = 1}
%4 "c" none = Transpose(%3) "c" {perm = [0, 1]}
%5 "d" none = Reshape(%4, %1) "d"
%6 "e" none = Relu(%5) "e"
%7 "y" none = Identity(%6) "last"
output %7 "y"
)"),
            R"(symbol s0 "N"
constant %1 "same" i64[2] = {-1, 3}
input %0 "x" f32[s0, 3]
%6 "e" f32[s0, 3] = Relu(%0) "e"
%7 "y" f32[s0, 3] = Identity(%6) "last"
output %7 "y"
)");
}

}  // namespace
}  // namespace tenon
