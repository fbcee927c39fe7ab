// SPDX-License-Identifier: Apache-2.0
#include "core/recipes/lexer.h"

#include "core/base/text.h"

#include <charconv>

namespace tenon::recipes {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// Longer signs stand before their prefixes.
constexpr std::string_view signs[] = {"??", "**", "==", "!=", "<=", ">=", "+", "-", "*",
                                      "/",  "%",  "<",  ">",  "=",  "?",  ":", ",", ".",
                                      "(",  ")",  "[",  "]",  "{",  "}",  "|", "&"};

}  // namespace

std::string shown(const Token& token) {
  return token.kind == Token::Kind::end ? "the end" : in_quotes(token.text);
}

Status Lexer::wrong(Place place, std::string_view message) const {
  return invalid("{}:{}:{}: {}", file_, place.line, place.column, message);
}

void Lexer::advance(size_t count) {
  for (; count > 0 && at_ < text_.size(); --count, ++at_) {
    if (text_[at_] == '\n') {
      ++place_.line;
      place_.column = 1;
    } else if ((static_cast<unsigned char>(text_[at_]) & 0xc0) != 0x80) {
      ++place_.column;
    }
  }
}

void Lexer::skip_space() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '#') {
      const size_t end = text_.find('\n', at_);
      advance((end == std::string_view::npos ? text_.size() : end) - at_);
    } else if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
      advance(1);
    } else {
      break;
    }
  }
}

std::string_view Lexer::comment() const {
  const size_t line_end = std::min(text_.find('\n', at_), text_.size());
  const std::string_view rest = text_.substr(at_, line_end - at_);
  const size_t sign = rest.find_first_not_of(" \t");
  if (sign == std::string_view::npos || rest[sign] != '#') return {};
  return trim(rest.substr(sign + 1));
}

Result<Token> Lexer::next() {
  skip_space();
  Token token;
  token.place = place_;
  if (at_ >= text_.size()) return token;
  const char c = peek();
  if (is_digit(c)) return number(token);
  if (c == '"') return quoted(token);
  if (is_letter(c)) {
    size_t length = 1;
    while (is_letter(peek(length)) || is_digit(peek(length))) ++length;
    token.kind = Token::Kind::word;
    token.text = text_.substr(at_, length);
    advance(length);
    return token;
  }
  for (const std::string_view sign : signs) {
    if (!text_.substr(at_).starts_with(sign)) continue;
    token.kind = Token::Kind::sign;
    token.text = text_.substr(at_, sign.size());
    advance(sign.size());
    return token;
  }
  return wrong(place_,
               fmt::format("{} begins nothing of this language", in_quotes(text_.substr(at_, 1))));
}

Result<Token> Lexer::number(Token token) {
  size_t length = 0;
  bool real = false;
  while (true) {
    const char c = peek(length);
    const bool point = c == '.' && is_digit(peek(length + 1));
    if (c == 'e' || c == 'E') {
      const bool sign = peek(length + 1) == '-' || peek(length + 1) == '+';
      if (!is_digit(peek(length + (sign ? 2 : 1)))) break;
      real = true;
      length += sign ? 2 : 1;
    } else if (point) {
      real = true;
      ++length;
    } else if (!is_digit(c)) {
      break;
    }
    if (is_digit(c)) ++length;
  }
  token.text = text_.substr(at_, length);
  const char* first = token.text.data();
  const char* last = first + token.text.size();
  token.kind = real ? Token::Kind::real : Token::Kind::integer;
  const std::from_chars_result read =
      real ? std::from_chars(first, last, token.real) : std::from_chars(first, last, token.integer);
  if (read.ec != std::errc() || read.ptr != last) {
    return wrong(token.place, fmt::format("{} is no number that can be held", shown(token)));
  }
  advance(length);
  return token;
}

Result<Token> Lexer::quoted(Token token) {
  const size_t end = text_.find_first_of("\"\n", at_ + 1);
  if (end == std::string_view::npos || text_[end] == '\n') {
    return wrong(token.place, "the text has no closing quote on its line");
  }
  token.kind = Token::Kind::text;
  token.text = text_.substr(at_ + 1, end - at_ - 1);
  advance(end + 1 - at_);
  return token;
}

}  // namespace tenon::recipes
