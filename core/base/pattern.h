// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

// Regular expressions in the syntax of RE2, over UTF-8. A pattern becomes a small program whose
// every state is followed at once, so a match takes time in proportion to text times pattern,
// whatever both are. Without: classes of Unicode (\pL), back references, look around. Letters of
// other scripts than those of letters.h are their own case under (?i). [any thread]
namespace tenon {

class Pattern {
 public:
  // Errors name the byte of the pattern. Too large ones are an error too.
  static Result<Pattern> compile(std::string_view pattern);

  // Whether the whole text matches.
  bool matches(std::string_view text) const;

  struct Match {
    size_t begin = 0;
    size_t end = 0;
  };
  // The leftmost match at or behind `from`; of several, the one that the pattern prefers. The text
  // before `from` counts for ^ and \b.
  std::optional<Match> find(std::string_view text, size_t from) const;

  // Characters by ranges, sorted.
  struct Range {
    char32_t first;
    char32_t last;
  };
  using Set = std::vector<Range>;

  enum class Step : uint8_t {
    character,   // one of a set
    either,      // goes on at a, or else at b
    jump,        // goes on at a
    text_begin,  // the following hold between characters
    text_end,
    line_begin,
    line_end,
    word_edge,
    no_word_edge,
    done,
  };
  struct Instruction {
    Step step = Step::done;
    uint32_t a = 0;  // a set, or an instruction
    uint32_t b = 0;
  };

 private:
  friend class PatternCompiler;
  class Machine;
  std::vector<Instruction> program_;
  std::vector<Set> sets_;
};

}  // namespace tenon
