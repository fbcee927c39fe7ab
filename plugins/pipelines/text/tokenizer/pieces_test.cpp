// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/pieces.h"

#include "tokenizer/named_splits.h"

#include <gtest/gtest.h>

namespace tenon::text {
namespace {

using Texts = std::vector<std::string>;

Texts cut(std::string text, const std::vector<SplitStep>& steps) {
  Pieces pieces{text, {{0, text.size()}}, true};
  for (const SplitStep& step : steps) {
    const Status status = step(pieces);
    if (!status.ok()) return {std::string(status.message())};
  }
  Texts texts;
  for (const Range& range : pieces.ranges) texts.emplace_back(range.of(pieces.text));
  return texts;
}

Texts named(std::string text, std::string_view name) {
  NamedSplit split = named_split(name).value();
  split.pieces = NamedSplit::Pieces::marks;  // as they are
  return cut(std::move(text), steps_of(split).value());
}

Pattern pattern(std::string_view source) {
  return Pattern::compile(source, Pattern::Steps::counted).value();
}

TEST(Pieces, separators_go_stay_or_join) {
  const auto at_dash = [&](Separator separator) {
    return cut("a--b-", {split_at("-", separator)});
  };
  EXPECT_EQ(at_dash(Separator::removed), (Texts{"a", "b"}));
  EXPECT_EQ(at_dash(Separator::isolated), (Texts{"a", "-", "-", "b", "-"}));
  EXPECT_EQ(at_dash(Separator::joins_previous), (Texts{"a-", "-", "b-"}));
  EXPECT_EQ(at_dash(Separator::joins_next), (Texts{"a", "-", "-b", "-"}));
  EXPECT_EQ(at_dash(Separator::contiguous), (Texts{"a", "--", "b", "-"}));
}

TEST(Pieces, what_is_found_may_stay) {
  const SplitStep step = split_at(pattern("[a-z]+"), Separator::removed, Found::stays);
  EXPECT_EQ(cut("ab 12 c", {step}), (Texts{"ab", "c"}));
}

TEST(Pieces, an_empty_match_cuts) {
  const SplitStep step = split_at(pattern(R"((?=(\d{3})+(?!\d)))"), Separator::isolated);
  EXPECT_EQ(cut("1234567", {step}), (Texts{"1", "234", "567"}));
}

TEST(Pieces, marks_stand_for_spaces) {
  EXPECT_EQ(cut("a b", {marked_spaces("_", Prepend::always, true)}), (Texts{"_a", "_b"}));
  EXPECT_EQ(cut(" a", {marked_spaces("_", Prepend::always, true)}), (Texts{"_a"}));
  EXPECT_EQ(cut("a b", {marked_spaces("_", Prepend::never, false)}), (Texts{"a_b"}));
  EXPECT_EQ(
      cut("a b", {split_at(" ", Separator::removed), marked_spaces("_", Prepend::first, true)}),
      (Texts{"_a", "b"}));
}

TEST(Pieces, gpt2_keeps_the_last_space_with_the_word) {
  EXPECT_EQ(named("a   b's 12!", "gpt-2"), (Texts{"a", "  ", " b", "'s", " 12", "!"}));
}

TEST(Pieces, llama3_takes_three_digits_and_line_ends) {
  EXPECT_EQ(named("I'LL 12345.\n\n x", "llama-bpe"),
            (Texts{"I", "'LL", " ", "123", "45", ".\n\n", " x"}));
}

TEST(Pieces, gpt4o_cuts_at_upper_case) {
  EXPECT_EQ(named("helloWorld", "gpt-4o"), (Texts{"hello", "World"}));
}

TEST(Pieces, an_unknown_name_lists_what_is_known) {
  const auto split = named_split("kimi-k2");
  ASSERT_FALSE(split.ok());
  EXPECT_EQ(split.status().code(), Code::unsupported);
  EXPECT_TRUE(split.status().message().starts_with(
      "pre-tokenizer \"kimi-k2\" is not known; known are a.x-4.0, bailingmoe"));
  EXPECT_NE(split.status().message().find("qwen2"), std::string_view::npos);
}

TEST(Pieces, long_runs_take_linear_time_with_every_known_pattern) {
  std::string text(300'000, ' ');
  text += "1" + std::string(300'000, '\t') + "x" + std::string(300'000, 'A') + "-" +
          std::string(100'000, '\'') + std::string(100'000, '\r') + "y";
  for (const std::string_view name :
       {"llama3", "qwen2", "qwen35", "gpt-4o", "tekken", "deepseek-v3", "deepseek-llm",
        "deepseek-coder", "gpt-2", "starcoder", "falcon", "bloom", "viking", "bailingmoe", "gemma4",
        "whitespace", "default"}) {
    EXPECT_GT(named(text, name).size(), 1u) << name;
  }
}

}  // namespace
}  // namespace tenon::text
