// SPDX-License-Identifier: Apache-2.0
#include "apps/tenon/base/text.h"

#include "apps/tenon/base/bars.h"
#include "apps/tenon/base/numbers.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace tenon::cli {
namespace {

TEST(Text, columns_are_aligned_by_characters_not_bytes) {
  EXPECT_EQ(aligned({{"a", "b"}, {"éé", "c", "d"}, {"x"}}), "a   b\néé  c  d\nx\n");
}

TEST(Text, control_characters_of_files_never_reach_the_terminal) {
  EXPECT_EQ(printable("a\x1b[2Jb\n"), "a\\x1b[2Jb\\x0a");
}

TEST(Text, types_show_free_sizes_and_names) {
  EXPECT_EQ(type_text(TENON_F32, std::array<int64_t, 3>{1, -1, 7}), "f32[1,?,7]");
  const auto value = parse_json(R"({"dtype": "i64", "dims": ["batch", 3]})");
  EXPECT_EQ(type_text(*value), "i64[batch,3]");
}

TEST(Text, bytes_have_units) {
  EXPECT_EQ(bytes_text(412), "412 bytes");
  EXPECT_EQ(bytes_text(1.23e6), "1.2 MB");
}

TEST(Bars, a_bar_is_as_long_as_its_share) {
  const std::array<Bar, 3> bars = {Bar{"seven", 0.75}, Bar{"one", 0.0625}, Bar{"two", NAN}};
  EXPECT_EQ(draw_bars(bars, Blocks::ascii),
            "  seven   75.0 %  ########################\n"
            "  one      6.2 %  ##\n"
            "  two      nan %\n");
  EXPECT_EQ(draw_bars(std::span(bars).subspan(1, 1), Blocks::unicode), "  one    6.2 %  ██\n");
}

TEST(Statistics, nan_is_counted_and_left_out) {
  const std::array<float, 4> values = {1, NAN, -3, 8};
  const auto facts = statistics_of(Tensor::of_f32({4}, values));
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->min, -3);
  EXPECT_EQ(facts->max, 8);
  EXPECT_EQ(facts->mean, 2);
  EXPECT_EQ(facts->nan, 1u);
}

TEST(Statistics, large_unsigned_numbers_stay_positive) {
  const std::array<uint64_t, 1> values = {UINT64_MAX};
  EXPECT_GT(statistics_of(Tensor::of<uint64_t>({1}, values, TENON_U64))->min, 1e19);
}

}  // namespace
}  // namespace tenon::cli
