// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tokenizer.h"
#include "tokenizer/added_tokens.h"
#include "tokenizer/decode.h"
#include "tokenizer/model.h"
#include "tokenizer/normalize.h"
#include "tokenizer/pieces.h"
#include "tokenizer/vocabulary.h"

#include <string>
#include <vector>

// What a tokenizer is made of, whichever file it came from: a text is split at added tokens,
// normalized, cut into pieces, encoded piece by piece and put into a template.
namespace tenon::text {

// A place of a template: a part of the text, or tokens.
struct LayoutItem {
  enum class Kind { first, second, tokens };
  Kind kind = Kind::tokens;
  std::vector<int32_t> ids = {};
  int32_t type = 0;
};
using Layout = std::vector<LayoutItem>;

struct TokenizerParts {
  Vocabulary vocabulary;
  AddedTokens added;             // found in the text as it is given
  AddedTokens added_normalized;  // found in normalized text
  std::vector<NormalizeStep> normalizers = {};
  std::vector<SplitStep> splits = {};
  Model model;
  Layout single;  // of one text
  Layout pair;    // of two
  std::vector<DecodeStep> decoders = {};
  SpecialIds special;
  std::string kind = {};  // "byte-level BPE"
  std::string file = {};
};

// Runs the normalizers.
Result<std::string> normalize(const TokenizerParts& parts, std::string_view text);

}  // namespace tenon::text
