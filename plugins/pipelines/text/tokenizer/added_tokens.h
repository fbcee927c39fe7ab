// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"
#include "tokenizer/trie.h"
#include "tokenizer/unicode.h"

#include <functional>
#include <string>
#include <vector>

// Tokens that are found in a text as they are spelled, before anything else looks at it: the
// leftmost first, of several the longest. [any thread] once finished.
namespace tenon::text {

struct AddedToken {
  int32_t id = 0;
  std::string spelling = {};
  bool special = false;      // a control token: prints nothing, and is found only when asked for
  bool single_word = false;  // no part of a word
  bool strip_left = false;   // takes white space around it
  bool strip_right = false;
};

class AddedTokens {
 public:
  static constexpr size_t most_tokens = 100'000;

  AddedTokens() = default;
  // Spellings that are empty or no UTF-8 are left out.
  explicit AddedTokens(std::vector<AddedToken> tokens);

  bool empty() const { return tokens_.empty(); }

  // Parts of the text in their order: a token, or text between tokens, for which it is null.
  using Visit = std::function<Status(Range part, const AddedToken* token)>;
  Status split(std::string_view text, bool with_special, const Visit& visit) const;

 private:
  // What the token takes of the text, or nothing when it must stand alone and does not.
  std::optional<Range> taken(std::string_view text, Range match, const AddedToken& token) const;

  std::vector<AddedToken> tokens_;
  Trie all_;       // values are indices of tokens_
  Trie ordinary_;  // without special ones
};

}  // namespace tenon::text
