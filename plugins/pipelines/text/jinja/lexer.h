// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// A template's text cut into pieces. White space around tags is already taken away as chat
// templates expect it: trim_blocks, lstrip_blocks, and the signs `-` and `+`. [any thread]
namespace tenon::text::jinja {

enum class TokenKind : uint8_t {
  data,  // text between tags
  block_begin,
  block_end,
  variable_begin,
  variable_end,
  name,
  text,  // a string with its quotes
  integer,
  real,
  symbol,
  end,
};

struct Token {
  TokenKind kind = TokenKind::end;
  uint32_t line = 0;
  std::string_view text;
};

// Line ends become "\n" and one at the very end is dropped, as tokens expect their source.
std::string normalized(std::string_view source);

// Tokens of a normalized source, an `end` token last. [borrowed] from the source.
Result<std::vector<Token>> tokenize(std::string_view source);

}  // namespace tenon::text::jinja
