// SPDX-License-Identifier: Apache-2.0
#include "core/passes/framework/pass_test.h"

namespace tenon {
namespace {

TEST(QuantizeEarly, what_is_only_moved_between_its_codes_stays_codes) {
  EXPECT_EQ(after({"infer", "quantize_early"}, R"(constant %1 "s" f32[] = {0.5}
constant %2 "z" u8[] = {3}
constant %3 "t" f32[] = {0.25}
constant %4 "shape" i64[2] = {4, 3}
input %0 "a" u8[2, 3]
input %5 "b" u8[2, 3]
%6 "fa" none = DequantizeLinear(%0, %1, %2) "fa"
%7 "fb" none = DequantizeLinear(%5, %3, %2) "fb"
%8 "both" none = Concat(%6, %7) "both" {axis = 1}
%9 "shaped" none = Reshape(%8, %4) "shaped"
%10 "y" none = QuantizeLinear(%9, %1, %2) "q"
output %10 "y"
)"),
            R"(constant %1 "s" f32[] = {0.5}
constant %2 "z" u8[] = {3}
constant %3 "t" f32[] = {0.25}
constant %4 "shape" i64[2] = {4, 3}
input %0 "a" u8[2, 3]
input %5 "b" u8[2, 3]
%11 "fb.y" u8[2, 3] = tenon::Requantize(%5, %3, %2, %1, %2) "q.fb"
%8 "both" u8[2, 6] = Concat(%0, %11) "both" {axis = 1}
%10 "y" u8[4, 3] = Reshape(%8, %4) "shaped"
output %10 "y"
)");
}

TEST(QuantizeEarly, values_that_others_read_stay_numbers) {
  const std::string_view text = R"(constant %1 "s" f32[] = {0.5}
input %0 "a" u8[2, 3]
%2 "fa" none = DequantizeLinear(%0, %1) "fa"
%3 "turned" none = Transpose(%2) "turned" {perm = [1, 0]}
%4 "y" none = QuantizeLinear(%3, %1) "q"
output %4 "y"
output %3 "z"
)";
  EXPECT_EQ(after({"infer", "quantize_early"}, text), after({"infer"}, text));
}

}  // namespace
}  // namespace tenon
