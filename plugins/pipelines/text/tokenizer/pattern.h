// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"
#include "tokenizer/unicode.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

// Regular expressions of tokenizers: Unicode classes, look-ahead, leftmost and first alternative.
// The only place that touches PCRE2. Copies share what was compiled. [any thread]
namespace tenon::text {

class Pattern {
 public:
  static constexpr size_t most_bytes = 4096;
  // A match longer than this is cut.
  static constexpr size_t most_match = size_t{1} << 20;

  // Counted: steps are counted and too many of them are a failure. Plain: for patterns that are
  // known to take linear time.
  enum class Steps { counted, plain };
  static Result<Pattern> compile(std::string_view source, Steps steps);

  // Matches from left to right that do not overlap; empty ones are among them. The text is valid
  // UTF-8.
  Result<std::vector<Range>> matches(std::string_view text) const;

 private:
  struct Code;
  explicit Pattern(std::shared_ptr<const Code> code) : code_(std::move(code)) {}
  std::shared_ptr<const Code> code_;
};

}  // namespace tenon::text
