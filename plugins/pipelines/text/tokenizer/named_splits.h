// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"
#include "tokenizer/pieces.h"

#include <span>
#include <string_view>
#include <vector>

// How byte-level models cut texts, by the name that GGUF files give in "tokenizer.ggml.pre".
// [any thread]
namespace tenon::text {

struct NamedSplit {
  // Bytes: pieces are written in the alphabet of byte-level BPE. Marks: as they are, with U+2581
  // for every space.
  enum class Pieces { bytes, marks };
  // What the model wants around a text when the file does not say.
  enum class Around { nothing, bos, bos_and_eos };

  std::span<const std::string_view> names;
  std::vector<std::string_view> patterns = {};  // each cuts the pieces of the one before
  Pieces pieces = Pieces::bytes;
  Around around = Around::nothing;
  bool whole_pieces = false;  // a piece that is a token is not taken apart
};

// An unknown name fails and lists what is known.
Result<NamedSplit> named_split(std::string_view name);
// The steps of its patterns.
Result<std::vector<SplitStep>> steps_of(const NamedSplit& split);

// Compiles a pattern of a file. Those that are known to take linear time run faster.
Result<Pattern> compile_split(std::string_view source);

}  // namespace tenon::text
