// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/decode.h"

#include <gtest/gtest.h>

namespace tenon::text {
namespace {

using Kind = DecodeStep::Kind;

std::string decoded(std::initializer_list<std::string_view> tokens, std::vector<DecodeStep> steps) {
  Vocabulary vocabulary;
  Decoding decoding;
  std::string text;
  for (const std::string_view token : tokens) {
    const int32_t id = vocabulary.find(token).value_or(vocabulary.size());
    if (id == vocabulary.size()) {
      EXPECT_TRUE(vocabulary.add(id, token).ok());
    }
    text += decoding.push(steps, vocabulary, id);
  }
  return text;
}

TEST(Decode, byte_level_tokens_outside_the_alphabet_print_themselves) {
  EXPECT_EQ(decoded({"\u0120a", "\u00C3", "\u00A9", "  "}, {{.kind = Kind::bytes}}), " a\u00E9  ");
}

TEST(Decode, llama_drops_one_space_at_the_begin) {
  const std::vector<DecodeStep> steps = {{.kind = Kind::replace, .text = "_", .content = " "},
                                         {.kind = Kind::byte_tokens},
                                         {.kind = Kind::strip_text, .text = " ", .begin = 1}};
  EXPECT_EQ(decoded({"_a", "_b", "<0x21>"}, steps), "a b!");
  EXPECT_EQ(decoded({"__a"}, steps), " a");
}

TEST(Decode, spaces_at_the_end_wait_for_more) {
  const std::vector<DecodeStep> steps = {{.kind = Kind::strip_text, .text = " ", .end = 1}};
  EXPECT_EQ(decoded({"a ", "b", "  "}, steps), "a b ");
}

TEST(Decode, word_pieces_join_and_punctuation_is_tidy) {
  EXPECT_EQ(decoded({"un", "##able", "to", "."},
                    {{.kind = Kind::word_pieces, .text = "##", .tidy = true}}),
            "unable to.");
}

TEST(Decode, suffixes_end_words_but_not_the_text) {
  EXPECT_EQ(decoded({"he", "llo</w>", "you</w>"}, {{.kind = Kind::word_suffix, .text = "</w>"}}),
            "hello you");
}

TEST(Decode, ctc_leaves_out_repeats_and_padding) {
  EXPECT_EQ(decoded({"h", "h", "<pad>", "h", "|", "a"},
                    {{.kind = Kind::ctc, .text = "<pad>", .content = "|", .tidy = true}}),
            "hh a");
}

TEST(Decode, the_first_token_of_metaspace_has_no_space) {
  const std::vector<DecodeStep> steps = {{.kind = Kind::metaspace, .text = "_"}};
  EXPECT_EQ(decoded({"_a", "_b"}, steps), "a b");
  EXPECT_EQ(decoded({"a", "b"}, {{.kind = Kind::spaces}}), "a b");
}

}  // namespace
}  // namespace tenon::text
