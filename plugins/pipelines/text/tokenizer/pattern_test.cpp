// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/pattern.h"

#include <gtest/gtest.h>

namespace tenon::text {
namespace {

Pattern counted(std::string_view source) {
  return Pattern::compile(source, Pattern::Steps::counted).value();
}

TEST(Pattern, finds_matches_from_left_to_right) {
  EXPECT_EQ(counted(R"(\p{L}+)").matches("a\u00E9 b").value(),
            (std::vector<Range>{{0, 3}, {4, 5}}));
  EXPECT_TRUE(counted("x").matches("").value().empty());
}

TEST(Pattern, empty_matches_move_on_by_characters) {
  EXPECT_EQ(counted("a*").matches("\u00E9a").value(), (std::vector<Range>{{0, 0}, {2, 3}}));
}

TEST(Pattern, refuses_what_it_would_misunderstand) {
  const auto status = [](std::string_view source) {
    return std::string(Pattern::compile(source, Pattern::Steps::counted).status().message());
  };
  EXPECT_EQ(status(R"([\p{L}&&[^\p{Han}]])"), "\"&&\" in a pattern is not understood");
  EXPECT_EQ(status("(a"), "pattern \"(a\": at 2: missing closing parenthesis");
  EXPECT_EQ(status(std::string(5000, 'a')), "a pattern of 5000 bytes, at most 4096 are read");
}

TEST(Pattern, steps_are_limited) {
  const std::string text(50, 'a');
  EXPECT_FALSE(counted("(a+)+$").matches(text + "b").ok());
  EXPECT_FALSE(counted(R"(\s+$)").matches(std::string(20'000, ' ') + "b").ok());
  EXPECT_TRUE(counted(R"(\s+)").matches(std::string(20'000, ' ') + "b").ok());
}

TEST(Pattern, a_match_of_more_than_a_mebibyte_is_cut) {
  const std::string text(Pattern::most_match + 10, 'a');
  const auto matches = counted("a+").matches(text).value();
  ASSERT_EQ(matches.size(), 2u);
  EXPECT_EQ(matches[0].size(), Pattern::most_match);
  EXPECT_EQ(matches[1].size(), 10u);
}

}  // namespace
}  // namespace tenon::text
