// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"
#include "tokenizer/vocabulary.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The models of tokenizers: each makes ids of one piece of a text. The vocabulary outlives them.
// They allocate what a piece needs and change nothing. [any thread]
namespace tenon::text {

// Appends the ids of a piece, which is valid UTF-8, not empty and at most most_piece long.
using Model = std::function<Status(std::string_view piece, std::vector<int32_t>& ids)>;
constexpr size_t most_piece = size_t{1} << 20;

// One rule of byte-pair encoding: two tokens that are joined. The place in the list is the rank.
struct MergeRule {
  std::string left = {};
  std::string right = {};
};

// Byte-pair encoding by a list of merges.
struct BytePairs {
  static constexpr size_t most_merges = 4'000'000;

  std::vector<MergeRule> merges = {};
  std::string continuing_prefix = {};  // of every character but the first
  std::string word_suffix = {};        // of the last character
  std::optional<int32_t> unknown = {};
  bool fuse_unknown = false;
  bool byte_fallback = false;
  bool whole_pieces = false;         // a piece that is a token is taken as it is ("ignore_merges")
  bool skip_unknown_merges = false;  // rules of tokens that there are not are left out
};
Result<Model> byte_pairs(const Vocabulary& vocabulary, BytePairs wanted);

// Byte-pair encoding where any two neighbours that spell a token are joined: the token of the
// lowest order first. SentencePiece: order is minus the score; tiktoken: the id.
struct SpelledPairs {
  std::function<double(int32_t id)> order = {};
  // Whether two neighbours may become this token.
  std::function<bool(int32_t id)> joins = {};
  std::vector<std::string> frozen = {};            // symbols that are found first and never joined
  std::optional<std::vector<int32_t>> bytes = {};  // tokens for characters that are none
  std::optional<int32_t> unknown = {};             // the token for them where there are no bytes
  bool split_unused = false;  // tokens of kind unused become the two they were made of
  bool whole_pieces = false;
};
Result<Model> spelled_pairs(const Vocabulary& vocabulary, SpelledPairs wanted);

// The most likely way to cut a piece into tokens that have a score each.
struct Unigram {
  // single: best scores are kept in single precision, as SentencePiece does.
  enum class Precision { single, twice };
  Precision precision = Precision::twice;
  std::optional<int32_t> unknown = {};
  std::optional<std::vector<int32_t>> bytes = {};
  bool symbols_score = false;  // user-defined ones score by their length, else 0
};
Result<Model> unigram(const Vocabulary& vocabulary, Unigram wanted);

// Greedy longest match from the left. A word that cannot be cut is one unknown token.
struct WordPieces {
  std::string first_prefix = {};       // how tokens that begin a word are marked, if they are
  std::string continuing_prefix = {};  // how the others are: "##"
  std::optional<int32_t> unknown = {};
  size_t most_characters = 100;
};
Result<Model> word_pieces(const Vocabulary& vocabulary, WordPieces wanted);

// A piece is a token or it is unknown.
Result<Model> whole_words(const Vocabulary& vocabulary, std::optional<int32_t> unknown);

// Greedy longest match of bytes ("rwkv").
Result<Model> longest_matches(const Vocabulary& vocabulary);

}  // namespace tenon::text
