// SPDX-License-Identifier: Apache-2.0
#include "jinja/lexer.h"

#include "jinja/utf8.h"

#include <algorithm>

namespace tenon::text::jinja {

namespace {

constexpr size_t most_tokens = 50'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<uint8_t>(c) >= 0x80;
}

bool is_sign(char c) { return c == '-' || c == '+'; }

bool is_blank(std::string_view text) { return strip_left(text).empty(); }

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  Result<std::vector<Token>> run() {
    while (at_ < source_.size()) {
      TENON_TRY(data());
      if (tokens_.size() > most_tokens) {
        return unsupported("the template has more than {} tokens", most_tokens);
      }
    }
    push(TokenKind::end, {});
    return std::move(tokens_);
  }

 private:
  void push(TokenKind kind, std::string_view text) { tokens_.push_back({kind, line_, text}); }

  Status error(std::string_view what) const { return invalid("line {}: {}", line_, what); }

  char peek(size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }

  bool starts(std::string_view text) const { return source_.substr(at_).starts_with(text); }

  // Moves on and counts lines.
  void advance(size_t bytes) {
    line_ += static_cast<uint32_t>(std::ranges::count(source_.substr(at_, bytes), '\n'));
    at_ += bytes;
  }

  void skip_space() {
    const std::string_view rest = source_.substr(at_);
    advance(rest.size() - strip_left(rest).size());
  }

  // Text up to the next tag, and the tag.
  Status data() {
    size_t tag = at_;
    while (true) {
      tag = source_.find('{', tag);
      if (tag == source_.npos || tag + 1 >= source_.size()) {
        tag = source_.size();
        break;
      }
      const char kind = source_[tag + 1];
      if (kind == '{' || kind == '%' || kind == '#') break;
      ++tag;
    }
    std::string_view text = source_.substr(at_, tag - at_);
    if (tag < source_.size()) {
      const char sign = tag + 2 < source_.size() ? source_[tag + 2] : '\0';
      text = without_trailing_space(text, source_[tag + 1], sign);
    }
    if (!text.empty()) push(TokenKind::data, text);
    advance(tag - at_);
    return at_ < source_.size() ? open_tag() : Status();
  }

  // `text` stands before a tag; `-` takes its white space, and a tag alone at the beginning of a
  // line takes what indents it.
  std::string_view without_trailing_space(std::string_view text, char tag, char sign) const {
    if (sign == '-') return strip_right(text);
    if (sign == '+' || tag == '{') return text;
    const size_t newline = text.rfind('\n');
    const size_t line_begin = newline == text.npos ? 0 : newline + 1;
    if ((line_begin > 0 || at_line_start_) && is_blank(text.substr(line_begin))) {
      return text.substr(0, line_begin);
    }
    return text;
  }

  Status open_tag() {
    const char kind = peek(1);
    const size_t sign = is_sign(peek(2)) ? 1 : 0;
    if (kind == '#') return comment();
    if (kind == '%' && raw_begins(sign)) return raw(sign);
    push(kind == '%' ? TokenKind::block_begin : TokenKind::variable_begin, {});
    opened_ = line_;
    advance(2 + sign);
    return kind == '%' ? inside(TokenKind::block_end, "%}") : inside(TokenKind::variable_end, "}}");
  }

  // Consumes the end of a tag that stands here: `-` takes the white space after it; otherwise one
  // newline goes after blocks and comments.
  void close_tag(bool trims, bool sign) {
    const char first = peek();
    advance(sign ? 3 : 2);
    at_line_start_ = false;
    if (sign && first == '-') {
      const size_t before = at_;
      skip_space();
      at_line_start_ = at_ > before && source_[at_ - 1] == '\n';
    } else if (!sign && trims && peek() == '\n') {
      advance(1);
      at_line_start_ = true;
    }
  }

  Status comment() {
    const size_t end = source_.find("#}", at_ + 2);
    if (end == source_.npos) return error("a comment that is never closed, expected \"#}\"");
    const bool sign = end > at_ + 2 && is_sign(source_[end - 1]);
    advance((sign ? end - 1 : end) - at_);
    close_tag(true, sign);
    return {};
  }

  bool raw_begins(size_t sign) const {
    const std::string_view word = strip_left(source_.substr(at_ + 2 + sign));
    if (!word.starts_with("raw")) return false;
    const std::string_view rest = strip_left(word.substr(3));
    return rest.starts_with("%}") || rest.starts_with("-%}");
  }

  Status raw(size_t sign) {
    advance(2 + sign);
    skip_space();
    advance(3);
    skip_space();
    close_tag(false, peek() == '-');
    for (size_t tag = source_.find("{%", at_); tag != source_.npos;
         tag = source_.find("{%", tag + 2)) {
      const char mark = tag + 2 < source_.size() ? source_[tag + 2] : '\0';
      const std::string_view word = strip_left(source_.substr(tag + (is_sign(mark) ? 3 : 2)));
      if (!word.starts_with("endraw")) continue;
      const std::string_view rest = strip_left(word.substr(6));
      const bool signed_end = !rest.empty() && is_sign(rest[0]);
      if (!rest.substr(signed_end ? 1 : 0).starts_with("%}")) continue;
      const std::string_view text =
          without_trailing_space(source_.substr(at_, tag - at_), '%', mark);
      if (!text.empty()) push(TokenKind::data, text);
      advance(source_.size() - rest.size() - at_);
      close_tag(true, signed_end);
      return {};
    }
    return error("a raw block that is never closed, expected \"{% endraw %}\"");
  }

  // Tokens of a tag up to its end.
  Status inside(TokenKind end, std::string_view mark) {
    std::string open;  // brackets that wait for their partner
    while (true) {
      skip_space();
      if (at_ >= source_.size()) {
        return invalid("line {}: a tag that is never closed, expected \"{}\"", opened_, mark);
      }
      const bool sign = peek() == '-' || (peek() == '+' && end == TokenKind::block_end);
      if (open.empty() && source_.substr(at_ + (sign ? 1 : 0)).starts_with(mark)) {
        push(end, {});
        close_tag(end == TokenKind::block_end, sign);
        return {};
      }
      TENON_TRY(token(open));
      if (tokens_.size() > most_tokens) {
        return unsupported("the template has more than {} tokens", most_tokens);
      }
    }
  }

  Status token(std::string& open) {
    const char c = peek();
    if (c == '\'' || c == '"') return string(c);
    if (is_digit(c)) {
      number();
      return {};
    }
    if (is_word(c)) {
      size_t end = at_;
      while (end < source_.size() && is_word(source_[end])) ++end;
      take(TokenKind::name, end - at_);
      return {};
    }
    return symbol(open);
  }

  void take(TokenKind kind, size_t bytes) {
    push(kind, source_.substr(at_, bytes));
    advance(bytes);
  }

  Status string(char quote) {
    size_t end = at_ + 1;
    while (end < source_.size() && source_[end] != quote) end += source_[end] == '\\' ? 2 : 1;
    if (end >= source_.size()) return error("a text that is never closed");
    take(TokenKind::text, end + 1 - at_);
    return {};
  }

  size_t digits(size_t at) const {
    while (at < source_.size() &&
           (is_digit(source_[at]) ||
            (source_[at] == '_' && at + 1 < source_.size() && is_digit(source_[at + 1])))) {
      ++at;
    }
    return at;
  }

  // 12, 1_000, 1.5, 1e-7; a point without digits on both sides belongs to no number.
  void number() {
    size_t end = digits(at_);
    TokenKind kind = TokenKind::integer;
    const bool after_point = at_ > 0 && source_[at_ - 1] == '.';
    if (!after_point && end + 1 < source_.size() && source_[end] == '.' &&
        is_digit(source_[end + 1])) {
      end = digits(end + 1);
      kind = TokenKind::real;
    }
    if (!after_point && end < source_.size() && (source_[end] == 'e' || source_[end] == 'E')) {
      size_t power = end + 1;
      if (power < source_.size() && is_sign(source_[power])) ++power;
      if (power < source_.size() && is_digit(source_[power])) {
        end = digits(power);
        kind = TokenKind::real;
      }
    }
    take(kind, end - at_);
  }

  Status symbol(std::string& open) {
    static constexpr std::string_view symbols[] = {
        "//", "**", "==", "!=", "<=", ">=", "+", "-", "/", "*", "%", "~", "[",
        "]",  "(",  ")",  "{",  "}",  ">",  "<", "=", ".", ":", "|", ",", ";"};
    const auto* found = std::ranges::find_if(symbols, [&](auto s) { return starts(s); });
    if (found == std::end(symbols)) {
      return invalid("line {}: unexpected character '{}'", line_,
                     source_.substr(at_, character_bytes(source_, at_)));
    }
    const char c = (*found)[0];
    if (c == '(') open += ')';
    if (c == '[') open += ']';
    if (c == '{') open += '}';
    if (c == ')' || c == ']' || c == '}') {
      if (open.empty() || open.back() != c) {
        return invalid("line {}: unexpected '{}'{}", line_, c,
                       open.empty() ? std::string() : fmt::format(", expected '{}'", open.back()));
      }
      open.pop_back();
    }
    take(TokenKind::symbol, found->size());
    return {};
  }

  std::string_view source_;
  size_t at_ = 0;
  uint32_t line_ = 1;
  uint32_t opened_ = 1;
  bool at_line_start_ = true;
  std::vector<Token> tokens_;
};

}  // namespace

std::string normalized(std::string_view source) {
  std::string text;
  text.reserve(source.size());
  for (size_t i = 0; i < source.size(); ++i) {
    if (source[i] != '\r') {
      text += source[i];
      continue;
    }
    text += '\n';
    if (i + 1 < source.size() && source[i + 1] == '\n') ++i;
  }
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

Result<std::vector<Token>> tokenize(std::string_view source) { return Lexer(source).run(); }

}  // namespace tenon::text::jinja
