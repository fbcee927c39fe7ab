// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"
#include "tokenizer/pattern.h"
#include "tokenizer/unicode.h"

#include <functional>
#include <string>
#include <vector>

// A text cut into the pieces that a model encodes one by one, and the steps that cut it. No piece
// is empty. [any thread]
namespace tenon::text {

struct Pieces {
  std::string text;           // valid UTF-8
  std::vector<Range> ranges;  // in their order, apart from each other
  bool at_begin = true;       // the text begins what was given to the tokenizer
};

using SplitStep = std::function<Status(Pieces&)>;

// What becomes of a separator.
enum class Separator { removed, isolated, joins_previous, joins_next, contiguous };
// Whether what is found separates, or is what separators separate.
enum class Found { separates, stays };

SplitStep split_at(Pattern pattern, Separator separator, Found found = Found::separates);
SplitStep split_at(std::string text, Separator separator, Found found = Found::separates);
SplitStep split_at(CharacterClass characters, Separator separator);
// Every `length` characters.
SplitStep split_every(size_t length);
// A space before a piece that begins with none.
SplitStep with_space_before();
// Bytes become characters of the alphabet of byte-level BPE.
SplitStep to_byte_pieces();

// Where Metaspace puts a mark that the text does not have.
enum class Prepend { never, first, always };
SplitStep marked_spaces(std::string mark, Prepend prepend, bool split);

}  // namespace tenon::text
