// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/recipes/syntax.h"

#include "tenon/status.h"

#include <string_view>

// Cuts the text of a recipe into words, numbers, texts and signs, one at a time. Line ends and
// comments are space. [one thread]
namespace tenon::recipes {

struct Token {
  enum class Kind : uint8_t { end, word, integer, real, text, sign };
  Kind kind = Kind::end;
  std::string_view text = {};  // of a text: what stands between the quotes
  Place place = {};
  int64_t integer = 0;
  double real = 0;

  bool is(std::string_view word_or_sign) const {
    return (kind == Kind::word || kind == Kind::sign) && text == word_or_sign;
  }
};

class Lexer {
 public:
  // file: for messages. text: UTF-8 that outlives the tokens. first: where it begins.
  Lexer(std::string_view file, std::string_view text, Place first = {})
      : file_(file), text_(text), place_(first) {}

  Result<Token> next();
  // The comment that follows on the same line, without its sign, or "".
  std::string_view comment() const;
  // "file:line:column: message".
  Status wrong(Place place, std::string_view message) const;
  std::string_view file() const { return file_; }

 private:
  char peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  void advance(size_t count);
  void skip_space();
  Result<Token> number(Token token);
  Result<Token> quoted(Token token);

  std::string_view file_;
  std::string_view text_;
  size_t at_ = 0;
  Place place_;
};

// A token as messages show it.
std::string shown(const Token& token);

}  // namespace tenon::recipes
