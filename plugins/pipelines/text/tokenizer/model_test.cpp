// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/model.h"

#include <gtest/gtest.h>

namespace tenon::text {
namespace {

using Ids = std::vector<int32_t>;

void fill(Vocabulary& vocabulary, std::initializer_list<std::string_view> tokens) {
  for (const std::string_view token : tokens) {
    ASSERT_TRUE(
        vocabulary.add(vocabulary.size(), token, TokenKind::normal, -vocabulary.size()).ok());
  }
}

Ids ids(const Result<Model>& model, std::string_view piece) {
  Ids list;
  const Status status = (*model)(piece, list);
  EXPECT_TRUE(status.ok()) << status.message();
  return list;
}

TEST(BytePairs, the_lowest_rank_goes_first) {
  Vocabulary vocabulary;
  fill(vocabulary, {"a", "b", "c", "ab", "bc"});
  const auto model = byte_pairs(vocabulary, {.merges = {{"b", "c"}, {"a", "b"}}});
  EXPECT_EQ(ids(model, "abc"), (Ids{0, 4}));
  EXPECT_EQ(ids(model, "abab"), (Ids{3, 3}));
}

TEST(BytePairs, unknown_characters_are_fused_dropped_or_bytes) {
  Vocabulary vocabulary;
  fill(vocabulary, {"a", "?"});
  EXPECT_EQ(ids(byte_pairs(vocabulary, {}), "axya"), (Ids{0, 0}));
  EXPECT_EQ(ids(byte_pairs(vocabulary, {.unknown = 1}), "axya"), (Ids{0, 1, 1, 0}));
  EXPECT_EQ(ids(byte_pairs(vocabulary, {.unknown = 1, .fuse_unknown = true}), "axya"),
            (Ids{0, 1, 0}));
}

TEST(BytePairs, the_last_character_has_the_suffix) {
  Vocabulary vocabulary;
  fill(vocabulary, {"a", "a</w>", "aa</w>"});
  const auto model = byte_pairs(vocabulary, {.merges = {{"a", "a</w>"}}, .word_suffix = "</w>"});
  EXPECT_EQ(ids(model, "a"), (Ids{1}));
  EXPECT_EQ(ids(model, "aaa"), (Ids{0, 2}));
}

TEST(BytePairs, rules_must_be_of_tokens_and_once) {
  Vocabulary vocabulary;
  fill(vocabulary, {"a", "b", "ab"});
  EXPECT_EQ(byte_pairs(vocabulary, {.merges = {{"a", "b"}, {"a", "b"}}}).status().message(),
            "merge 1: \"a b\" is there twice");
  EXPECT_FALSE(byte_pairs(vocabulary, {.merges = {{"b", "a"}}}).ok());
  EXPECT_TRUE(byte_pairs(vocabulary, {.merges = {{"b", "a"}}, .skip_unknown_merges = true}).ok());
}

TEST(BytePairs, a_word_of_a_mebibyte_takes_no_quadratic_time) {
  Vocabulary vocabulary;
  fill(vocabulary, {"a", "aa", "aaaa"});
  const auto model = byte_pairs(vocabulary, {.merges = {{"a", "a"}, {"aa", "aa"}}});
  EXPECT_EQ(ids(model, std::string(most_piece, 'a')).size(), most_piece / 4);
}

SpelledPairs by_score(const Vocabulary& vocabulary) {
  SpelledPairs wanted;
  wanted.order = [&](int32_t id) { return -vocabulary.score(id); };
  wanted.joins = [](int32_t) { return true; };
  return wanted;
}

TEST(SpelledPairs, neighbours_that_spell_a_token_join) {
  Vocabulary vocabulary;
  fill(vocabulary, {"a", "b", "ab", "abab"});
  EXPECT_EQ(ids(spelled_pairs(vocabulary, by_score(vocabulary)), "ababa"), (Ids{3, 0}));
}

TEST(SpelledPairs, frozen_symbols_and_unknown_runs) {
  Vocabulary vocabulary;
  fill(vocabulary, {"?", "a", "<t>", "aa"});
  SpelledPairs wanted = by_score(vocabulary);
  wanted.frozen = {"<t>"};
  wanted.unknown = 0;
  EXPECT_EQ(ids(spelled_pairs(vocabulary, wanted), "aa<t>axy"), (Ids{3, 2, 1, 0}));
}

TEST(SpelledPairs, unused_tokens_fall_apart_again) {
  Vocabulary vocabulary;
  fill(vocabulary, {"a", "b", "ab", "abb"});
  vocabulary.set_kind(2, TokenKind::unused);
  SpelledPairs wanted = by_score(vocabulary);
  wanted.split_unused = true;
  EXPECT_EQ(ids(spelled_pairs(vocabulary, wanted), "ab"), (Ids{0, 1}));
  EXPECT_EQ(ids(spelled_pairs(vocabulary, wanted), "abb"), (Ids{3}));
}

TEST(Unigram, the_best_sum_of_scores_wins) {
  Vocabulary vocabulary;
  ASSERT_TRUE(vocabulary.add(0, "?", TokenKind::unknown).ok());
  ASSERT_TRUE(vocabulary.add(1, "a", TokenKind::normal, -1).ok());
  ASSERT_TRUE(vocabulary.add(2, "b", TokenKind::normal, -1).ok());
  ASSERT_TRUE(vocabulary.add(3, "ab", TokenKind::normal, -1.5).ok());
  ASSERT_TRUE(vocabulary.add(4, "bb", TokenKind::normal, -3).ok());
  const auto model = unigram(vocabulary, {.unknown = 0});
  EXPECT_EQ(ids(model, "abb"), (Ids{3, 2}));
  EXPECT_EQ(ids(model, "axxb"), (Ids{1, 0, 2}));
}

TEST(WordPieces, a_word_that_cannot_be_cut_is_unknown) {
  Vocabulary vocabulary;
  fill(vocabulary, {"?", "un", "##a", "##able", "##ab"});
  const auto model = word_pieces(
      vocabulary,
      {.first_prefix = "", .continuing_prefix = "##", .unknown = 0, .most_characters = 10});
  EXPECT_EQ(ids(model, "unable"), (Ids{1, 3}));
  EXPECT_EQ(ids(model, "unabc"), (Ids{0}));
  EXPECT_EQ(ids(model, "unaaaaaaaaaaaaa"), (Ids{0}));
}

TEST(LongestMatches, bytes_without_a_token_are_left_out) {
  Vocabulary vocabulary;
  fill(vocabulary, {"a", "ab", "abc"});
  EXPECT_EQ(ids(longest_matches(vocabulary), "abcabxa"), (Ids{2, 1, 0}));
}

}  // namespace
}  // namespace tenon::text
