// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tokenizer/pattern.h"
#include "tokenizer/vocabulary.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// How spellings of tokens become text: steps that a token passes through in order. They work token
// by token, so that a text that grows is decoded as it grows.
namespace tenon::text {

struct DecodeStep {
  enum class Kind {
    bytes,          // the alphabet of byte-level BPE
    replace,        // text or pattern by content
    byte_tokens,    // "<0x41>" is a byte
    strip,          // up to `begin` and `end` times text from both ends of a token
    strip_text,     // the same of the whole text
    metaspace,      // text is a space; in the first token it is nothing unless `keep_first`
    word_pieces,    // text marks a token that continues a word; others get a space before them
    word_starts,    // text marks a token that begins a word: a space, but not before the first
    word_suffix,    // text ends a word: a space, but not behind the last
    ctc,            // repeats and text go, content is a space
    sentencepiece,  // U+2581 is a space; `begin` of them go at the begin of the text
    spaces,         // a space between tokens
  };
  Kind kind;
  std::string text = {};
  std::string content = {};
  std::optional<Pattern> pattern = {};
  size_t begin = 0;
  size_t end = 0;
  bool tidy = false;  // no space before punctuation and "n't"
  bool keep_first = false;
};

constexpr size_t every_space = SIZE_MAX;

// The state of one text.
class Decoding {
 public:
  // In the middle of a text nothing is dropped as its begin.
  enum class Place { begin, middle };
  explicit Decoding(Place place = Place::begin) : place_(place) {}

  // Bytes that the token adds; maybe parts of characters. [borrowed: steps, vocabulary]
  std::string push(const std::vector<DecodeStep>& steps, const Vocabulary& vocabulary, int32_t id);

 private:
  struct StepState {
    bool fresh = true;  // no token came through yet
    bool printed = false;
    size_t stripped = 0;  // how often text went from the begin
    std::string held;     // what comes only if more follows
    int32_t last = -1;
  };
  bool at_begin(const StepState& state) const { return place_ == Place::begin && state.fresh; }
  std::string run(const DecodeStep& step, StepState& state, std::string_view token, int32_t id,
                  const Vocabulary& vocabulary);
  std::string strip_text(const DecodeStep& step, StepState& state, std::string_view token);
  std::string plain_spaces(const DecodeStep& step, StepState& state, std::string_view token,
                           int32_t id, const Vocabulary& vocabulary);

  Place place_;
  std::vector<StepState> states_;
};

// No space before punctuation and endings such as "n't", as old configurations want it
// ("clean_up_tokenization_spaces").
std::string tidied(std::string text);

// Whether a broken character prints one U+FFFD for each of its bytes.
bool counts_broken_bytes(const std::vector<DecodeStep>& steps);

}  // namespace tenon::text
