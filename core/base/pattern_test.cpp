// SPDX-License-Identifier: Apache-2.0
#include "core/base/pattern.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tenon {
namespace {

bool matches(std::string_view pattern, std::string_view text) {
  const Result<Pattern> compiled = Pattern::compile(pattern);
  EXPECT_TRUE(compiled.ok()) << pattern << ": " << compiled.status().message();
  return compiled.ok() && compiled->matches(text);
}

// What is found, "[found]" in its place; the text itself when nothing is.
std::string found(std::string_view pattern, std::string_view text, size_t from = 0) {
  const Result<Pattern> compiled = Pattern::compile(pattern);
  EXPECT_TRUE(compiled.ok()) << pattern << ": " << compiled.status().message();
  if (!compiled.ok()) return "";
  const auto match = compiled->find(text, from);
  if (!match) return std::string(text);
  return fmt::format("{}[{}]{}", text.substr(0, match->begin),
                     text.substr(match->begin, match->end - match->begin), text.substr(match->end));
}

std::string failure(std::string_view pattern) {
  return std::string(Pattern::compile(pattern).status().message());
}

TEST(Pattern, whole_texts_match) {
  EXPECT_TRUE(matches(R"(www\.[\w.-]+\.\bcom\b)", "www.google.com"));
  EXPECT_FALSE(matches(R"(www\.[\w.-]+\.\bcom\b)", "www.bbc.co.uk"));
  const std::string_view mail = R"((\W|^)[\w.\-]{0,25}@(yahoo|gmail)\.com(\W|$))";
  EXPECT_TRUE(matches(mail, "account@gmail.com"));
  EXPECT_TRUE(matches(mail, " account@yahoo.com "));
  EXPECT_FALSE(matches(mail, "not email"));
  EXPECT_TRUE(matches("", ""));
  EXPECT_FALSE(matches("", "a"));
  EXPECT_TRUE(matches("a|ab|abc", "abc"));
  EXPECT_TRUE(matches("(a*)*b", "aaab"));
  EXPECT_TRUE(matches("(?i)hello[a-c]", "HeLLoB"));
  EXPECT_TRUE(matches("(?i:h)e", "He"));
  EXPECT_FALSE(matches("(?i:h)e", "HE"));
  EXPECT_TRUE(matches("[[:alpha:]]+[^[:alpha:]]", "abc1"));
  EXPECT_TRUE(matches(R"(\x41\x{1F600}\Q.*\E)", "A\xF0\x9F\x98\x80.*"));
  EXPECT_TRUE(matches("[]a]+", "]a]"));
  EXPECT_TRUE(matches("[a-]+", "a-"));
  EXPECT_TRUE(matches("a{,2}", "a{,2}"));
}

TEST(Pattern, counts_are_exact) {
  for (size_t count = 0; count < 8; ++count) {
    const std::string text(count, 'a');
    EXPECT_EQ(matches("a{3}", text), count == 3) << count;
    EXPECT_EQ(matches("a{2,4}", text), count >= 2 && count <= 4) << count;
    EXPECT_EQ(matches("a{2,}", text), count >= 2) << count;
    EXPECT_EQ(matches("(a|aa){2}", text), count >= 2 && count <= 4) << count;
    EXPECT_EQ(matches("a{0}", text), count == 0) << count;
    EXPECT_EQ(matches("a+?", text), count >= 1) << count;
  }
}

TEST(Pattern, a_character_is_a_character_whatever_its_bytes) {
  EXPECT_TRUE(matches("..", "\xE7\x9A\x84\xE4\xB8\xAD"));
  EXPECT_TRUE(matches("[\xC3\xA0-\xC3\xBF]+", "\xC3\xA9\xC3\xA8"));
  EXPECT_TRUE(matches("(?i)\xC3\x89t\xC3\xA9", "\xC3\xA9T\xC3\x89"));
  EXPECT_TRUE(matches(".", "\xFF"));
  EXPECT_FALSE(matches(".", "\n"));
  EXPECT_TRUE(matches("(?s).", "\n"));
}

TEST(Pattern, the_leftmost_preferred_match_is_found) {
  EXPECT_EQ(found("a+", "baaac"), "b[aaa]c");
  EXPECT_EQ(found("a+?", "baaac"), "b[a]aac");
  EXPECT_EQ(found("a|ab", "ab"), "[a]b");
  EXPECT_EQ(found("ab|a", "ab"), "[ab]");
  EXPECT_EQ(found("x*", "aax"), "[]aax");
  EXPECT_EQ(found("x", "abc"), "abc");
  EXPECT_EQ(found("[a-zA-Z0-9_]+", "  one two", 5), "  one [two]");
  EXPECT_EQ(found("\\bt", "ant tan", 1), "ant [t]an");
  EXPECT_EQ(found("^t", "ant tan", 1), "ant tan");
  EXPECT_EQ(found("(?m)^t", "ant\ntan"), "ant\n[t]an");
  EXPECT_EQ(found("n$", "ant tan"), "ant ta[n]");
}

TEST(Pattern, wrong_patterns_are_errors_that_name_the_byte) {
  EXPECT_EQ(failure("a)"), "pattern, byte 1: a ) without its (");
  EXPECT_EQ(failure("(a"), "pattern, byte 2: a ( without its )");
  EXPECT_EQ(failure("[a"), "pattern, byte 2: a [ without its ]");
  EXPECT_EQ(failure("*a"), "pattern, byte 0: nothing to repeat before *");
  EXPECT_EQ(failure("a\\"), "pattern, byte 2: a \\ at the end");
  EXPECT_EQ(failure("[b-a]"), "pattern, byte 4: a range that ends before it begins");
  EXPECT_EQ(failure("a{2000}"), "pattern, byte 7: a count beyond 1000 or from more to less");
  EXPECT_EQ(failure("(a{1000}){1000}"), "pattern, byte 15: it needs more than 20000 instructions");
  EXPECT_EQ(failure(std::string(300, '(')),
            "pattern, byte 201: more than 200 groups inside each other");
  EXPECT_EQ(failure("\\pL"), "pattern, byte 1: classes of Unicode");
}

TEST(Pattern, time_is_linear_where_backtracking_would_never_end) {
  const std::string text(20000, 'a');
  EXPECT_FALSE(matches("(a*)*(a|aa)+b", text));
  EXPECT_TRUE(matches("(a?){100}a*", text));
}

}  // namespace
}  // namespace tenon
