// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"
#include "tokenizer/charsmap.h"
#include "tokenizer/pattern.h"
#include "tokenizer/trie.h"
#include "tokenizer/unicode.h"

#include <functional>
#include <string>
#include <vector>

// What happens to a text before it is cut into pieces: steps that each give another text. They
// take and give valid UTF-8. [any thread]
namespace tenon::text {

using NormalizeStep = std::function<Result<std::string>(std::string_view text)>;

NormalizeStep to_normal_form(NormalForm form);
NormalizeStep to_lower_case();
NormalizeStep without_marks();
NormalizeStep without_spaces_around(bool left, bool right);
// Fails when the text grows to more than eight times its length.
NormalizeStep replaced(std::string what, std::string by);
NormalizeStep replaced(Pattern what, std::string by);
// Puts it before every text but an empty one.
NormalizeStep begun_with(std::string prefix);
// By clusters of characters, as tokenizer.json means it.
NormalizeStep mapped_clusters(Charsmap map);
// Spaces and control characters as the NMT rule has them.
NormalizeStep nmt_spaces();
// Bytes become characters of the alphabet of byte-level BPE.
NormalizeStep byte_characters();

struct BertText {
  bool clean = true;
  bool ideographs = true;  // spaces around them
  bool strip_accents = true;
  bool lower_case = true;
};
NormalizeStep bert_text(BertText wanted);

// The normalizer of SentencePiece models.
struct SentencePieceText {
  Charsmap map = {};
  std::vector<std::string> symbols = {};  // user-defined ones, which stay as they are
  bool dummy_prefix = true;
  bool collapse_spaces = true;  // "remove_extra_whitespaces"
  bool mark_spaces = true;      // U+2581 for a space
  bool space_behind = false;    // the dummy goes to the end
};
NormalizeStep sentencepiece_text(SentencePieceText wanted);

// The character that stands for a byte in byte-level BPE, as UTF-8, and the way back.
std::string_view byte_character(uint8_t byte);
std::optional<uint8_t> byte_of_character(char32_t character);
std::string to_byte_characters(std::string_view bytes);
// Nothing when a character stands for no byte.
std::optional<std::string> from_byte_characters(std::string_view text);

}  // namespace tenon::text
