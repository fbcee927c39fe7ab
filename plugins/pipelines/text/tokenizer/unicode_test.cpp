// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/unicode.h"

#include "tenon/json.h"

#include <gtest/gtest.h>

#include <vector>

namespace tenon::text {
namespace {

TEST(Unicode, broken_bytes_become_one_replacement_or_one_each) {
  const std::string broken =
      "a\xE4\xBD"
      "b\xFF\xED\xA0\x80";
  EXPECT_EQ(make_valid(broken), "a\uFFFDb\uFFFD\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(make_valid(broken, Replace::byte), "a\uFFFD\uFFFDb\uFFFD\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(make_valid("\xF0\x9F\x99\x82"), "\U0001F642");
}

TEST(Unicode, a_prefix_waits_for_characters_that_are_cut) {
  EXPECT_EQ(valid_prefix("ab\xE4\xBD").bytes, 2u);
  EXPECT_EQ(valid_prefix("ab\xE4\xBD").broken, 0u);
  EXPECT_EQ(valid_prefix("ab\xE4(").broken, 1u);
}

TEST(Unicode, normal_forms_compose_and_decompose) {
  EXPECT_EQ(normal_form("e\u0301", NormalForm::nfc), "\u00E9");
  EXPECT_EQ(normal_form("\u00E9", NormalForm::nfd), "e\u0301");
  EXPECT_EQ(normal_form("\uFB01\uFF21", NormalForm::nfkc), "fiA");
  EXPECT_EQ(normal_form("\uAC01", NormalForm::nfd), "\u1100\u1161\u11A8");
  EXPECT_EQ(normal_form("\u1100\u1161\u11A8", NormalForm::nfc), "\uAC01");
  // Marks come in the order of their classes.
  EXPECT_EQ(normal_form("a\u0301\u0323", NormalForm::nfd), "a\u0323\u0301");
}

TEST(Unicode, a_long_run_of_marks_is_put_in_order_quickly) {
  std::string marks = "a";
  for (int i = 0; i < 200000; ++i) marks += i % 2 == 0 ? "\u0301" : "\u0323";
  const std::string ordered = normal_form(marks, NormalForm::nfd);
  EXPECT_EQ(ordered.size(), marks.size());
  EXPECT_TRUE(ordered.starts_with("a\u0323\u0323"));
}

TEST(Unicode, lower_case_of_one_character_may_be_two) {
  EXPECT_EQ(lower_case("\u0130\u00C4\u03A3"), "i\u0307\u00E4\u03C3");
}

TEST(Unicode, clusters_keep_marks_with_their_letter) {
  std::vector<std::string> clusters;
  each_cluster("e\u0301a\r\n", [&](std::string_view cluster) { clusters.emplace_back(cluster); });
  EXPECT_EQ(clusters, (std::vector<std::string>{"e\u0301", "a", "\r\n"}));
}

TEST(Unicode, classes_follow_the_categories) {
  EXPECT_TRUE(is_white_space(0x3000) && is_white_space(0xA0) && !is_white_space(0x200B));
  EXPECT_TRUE(is_bert_punctuation('$') && !is_punctuation('$') && is_punctuation(0x3002));
  EXPECT_TRUE(is_number(0x0660) && is_number(0x00BD) && !is_number('a'));
  EXPECT_TRUE(is_word('_') && is_word(0x4E2D) && !is_word('-'));
  EXPECT_TRUE(is_other(0x7F) && is_other(0xE000) && !is_other('a'));
  EXPECT_TRUE(is_ideograph(0x4E00) && !is_ideograph(0x3042));
}

}  // namespace
}  // namespace tenon::text
