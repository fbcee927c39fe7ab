// SPDX-License-Identifier: Apache-2.0
#include "core/passes/framework/pass_test.h"

namespace tenon {
namespace {

TEST(GatherBlocks, rows_are_gathered_before_they_are_decoded) {
  EXPECT_EQ(after({"infer", "gather_blocks"}, R"(symbol s0 "T"
input %0 "tokens" i32[s0]
input %1 "table" u8[10, 6]
%2 "numbers" none = tenon::Decode(%1) "table" {code = "format q block 2 bytes 3\x0acode = u(8 * e, 8)\x0a", format = "q"}
%3 "x" none = Gather(%2, %0) "embed"
output %3 "x"
)"),
            R"(symbol s0 "T"
input %0 "tokens" i32[s0]
input %1 "table" u8[10, 6]
%4 "x.blocks" u8[s0, 6] = Gather(%1, %0) "embed" {axis = 0}
%3 "x" f32[s0, 4] = tenon::Decode(%4) "table" {code = "format q block 2 bytes 3\x0acode = u(8 * e, 8)\x0a", format = "q"}
output %3 "x"
)");
}

TEST(GatherBlocks, a_table_that_is_also_used_whole_is_decoded_too) {
  const std::string text = after({"infer", "gather_blocks"}, R"(input %0 "tokens" i32[3]
input %1 "table" u8[10, 6]
%2 "numbers" none = tenon::Decode(%1) "table" {code = "format q block 2 bytes 3\x0acode = u(8 * e, 8)\x0a", format = "q"}
%3 "x" none = Gather(%2, %0) "embed"
output %3 "x"
output %2 "numbers"
)");
  EXPECT_NE(text.find("%2 \"numbers\" f32[10, 4] = tenon::Decode(%1)"), std::string::npos) << text;
  EXPECT_NE(text.find("%3 \"x\" f32[3, 4] = tenon::Decode(%4)"), std::string::npos) << text;
}

TEST(GatherBlocks, columns_are_left_alone) {
  const std::string text = after({"infer", "gather_blocks"}, R"(input %0 "tokens" i32[3]
input %1 "table" u8[10, 6]
%2 "numbers" none = tenon::Decode(%1) "table" {code = "format q block 2 bytes 3\x0acode = u(8 * e, 8)\x0a", format = "q"}
%3 "x" none = Gather(%2, %0) "embed" {axis = 1}
output %3 "x"
)");
  EXPECT_NE(text.find("%3 \"x\" f32[10, 3] = Gather(%2, %0)"), std::string::npos) << text;
}

}  // namespace
}  // namespace tenon
