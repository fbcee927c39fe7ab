// SPDX-License-Identifier: Apache-2.0
#include "core/passes/framework/pass_test.h"

namespace tenon {
namespace {

TEST(RemoveDead, what_no_output_depends_on_goes) {
  EXPECT_EQ(after({"remove_dead"}, R"(input %0 "x" f32[4]
%1 "a" none = Relu(%0) "used"
%2 "b" none = Foo(%1) "unused"
%3 "c" none, %4 "d" none = Dropout(%1) "half used"
%5 "y" none = Neg(%3) "last"
output %5 "y"
)"),
            R"(input %0 "x" f32[4]
%1 "a" none = Relu(%0) "used"
%3 "c" none = Dropout(%1) "half used"
%5 "y" none = Neg(%3) "last"
output %5 "y"
)");
}

TEST(RemoveDead, parts_that_nobody_reads_still_count) {
  EXPECT_EQ(after({"remove_dead"}, R"(input %0 "x" f32[6]
%1 "a" none, %2 "b" none, %3 "c" none = Split(%0) "three equal parts"
output %2 "b"
)"),
            R"(input %0 "x" f32[6]
_, %2 "b" none, _ = Split(%0) "three equal parts"
output %2 "b"
)");
}

TEST(RemoveDead, a_tensor_that_decides_a_size_stays) {
  Graph graph = graph_of(R"(symbol s0 "n" data %2[0] i64
input %0 "x" f32[8]
input %1 "n" i64[1]
%2 "m" i64[1] = Neg(%1) "size"
%3 "y" f32[s0] = Foo(%0) "resize"
output %3 "y"
)");
  ASSERT_TRUE(run_named(graph, {"remove_dead"}).ok());
  EXPECT_EQ(graph.main().nodes.size(), 2u);
}

}  // namespace
}  // namespace tenon
