// SPDX-License-Identifier: Apache-2.0
#include "jinja/parser.h"
#include "jinja/utf8.h"

#include <charconv>

namespace tenon::text::jinja {

namespace {

using NodeKind = Expression::Kind;

std::string without_underscores(std::string_view text) {
  std::string digits(text);
  std::erase(digits, '_');
  return digits;
}

// Digits of a \x, \u, \U or octal escape at `at`; moves behind them.
Result<uint32_t> escape_number(std::string_view text, size_t& at, size_t digits, int base) {
  uint32_t code = 0;
  const std::string_view part = text.substr(at, digits);
  const auto end = std::from_chars(part.data(), part.data() + part.size(), code, base);
  const auto used = static_cast<size_t>(end.ptr - part.data());
  if (end.ec != std::errc() || (base == 16 && used != digits)) {
    return invalid("an escape with too few digits in {}", text);
  }
  at += used;
  return code;
}

// A simple escape's character, or 0.
char escaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'v':
      return '\v';
    case '\\':
    case '\'':
    case '"':
      return c;
    default:
      return '\0';
  }
}

// The escape whose letter stands at `at`.
Status append_escape(std::string_view text, size_t& at, std::string& out) {
  const char c = text[at];
  if (const char simple = escaped(c); simple != '\0') {
    out += simple;
    ++at;
    return {};
  }
  if (c == '\n') {
    ++at;
    return {};
  }
  const size_t digits = c == 'x' ? 2 : (c == 'u' ? 4 : (c == 'U' ? 8 : 0));
  if (digits > 0) {
    ++at;
    TENON_TRY_ASSIGN(uint32_t code, escape_number(text, at, digits, 16));
    const bool has_pair = code >= 0xD800 && code < 0xDC00 && text.substr(at).starts_with("\\u");
    if (has_pair) {
      size_t after = at + 2;
      TENON_TRY_ASSIGN(const uint32_t low, escape_number(text, after, 4, 16));
      if (low >= 0xDC00 && low < 0xE000) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        at = after;
      }
    }
    append_code_point(out, code);
    return {};
  }
  if (c >= '0' && c <= '7') {
    TENON_TRY_ASSIGN(const uint32_t code, escape_number(text, at, 3, 8));
    append_code_point(out, code);
    return {};
  }
  out += '\\';
  return {};
}

}  // namespace

Result<std::string_view> unescaped(const Token& token, std::deque<std::string>& storage) {
  const std::string_view text = token.text.substr(1, token.text.size() - 2);
  if (text.find('\\') == text.npos) return text;
  std::string out;
  for (size_t at = 0; at < text.size();) {
    if (text[at] != '\\' || at + 1 == text.size()) {
      out += text[at++];
      continue;
    }
    ++at;
    const Status status = append_escape(text, at, out);
    if (!status.ok()) return status.at(fmt::format("line {}", token.line));
  }
  return std::string_view(storage.emplace_back(std::move(out)));
}

Result<ExpressionParser::Node> ExpressionParser::primary() {
  switch (cursor_.now().kind) {
    case TokenKind::name:
      return named();
    case TokenKind::text:
      return string();
    case TokenKind::integer:
    case TokenKind::real:
      return number();
    default:
      break;
  }
  if (cursor_.is_symbol("(")) return in_parentheses();
  if (cursor_.is_symbol("[")) return list();
  if (cursor_.is_symbol("{")) return dict();
  return cursor_.unexpected("an expression");
}

Result<ExpressionParser::Node> ExpressionParser::named() {
  const std::string_view word = cursor_.now().text;
  const bool yes = word == "true" || word == "True";
  const bool no = word == "false" || word == "False";
  const bool nothing = word == "none" || word == "None";
  Expression& made = make(yes || no || nothing ? NodeKind::literal : NodeKind::name, {});
  made.text = word;
  if (yes || no) made.value = Value::of(yes);
  if (nothing) made.value = Value::none();
  cursor_.advance();
  return finish(made);
}

Result<ExpressionParser::Node> ExpressionParser::number() {
  Expression& made = make(NodeKind::literal, {});
  const std::string digits = without_underscores(cursor_.now().text);
  const char* end = digits.data() + digits.size();
  std::errc error{};
  if (cursor_.is(TokenKind::integer)) {
    int64_t value = 0;
    error = std::from_chars(digits.data(), end, value).ec;
    made.value = Value::of(value);
  } else {
    double value = 0;
    error = std::from_chars(digits.data(), end, value).ec;
    made.value = Value::of(value);
  }
  if (error != std::errc()) return cursor_.unexpected("a number of 64 bits");
  cursor_.advance();
  return finish(made);
}

// Strings that stand side by side are one.
Result<ExpressionParser::Node> ExpressionParser::string() {
  Expression& made = make(NodeKind::literal, {});
  TENON_TRY_ASSIGN(std::string_view text, unescaped(cursor_.now(), tree_.texts));
  cursor_.advance();
  if (cursor_.is(TokenKind::text)) {
    std::string joined(text);
    while (cursor_.is(TokenKind::text)) {
      TENON_TRY_ASSIGN(const std::string_view more, unescaped(cursor_.now(), tree_.texts));
      joined += more;
      cursor_.advance();
    }
    text = tree_.texts.emplace_back(std::move(joined));
  }
  made.value = Value::of(text);
  return finish(made);
}

Result<ExpressionParser::Node> ExpressionParser::in_parentheses() {
  cursor_.advance();
  if (cursor_.take_symbol(")")) return finish(make(NodeKind::tuple, {}));
  TENON_TRY_ASSIGN(const Node inner, tuple());
  TENON_TRY(cursor_.expect_symbol(")"));
  return inner;
}

Result<ExpressionParser::Node> ExpressionParser::list() {
  cursor_.advance();
  std::vector<Node> items;
  while (!cursor_.is_symbol("]")) {
    TENON_TRY_ASSIGN(const Node item, expression());
    items.push_back(item);
    if (!cursor_.take_symbol(",")) break;
  }
  TENON_TRY(cursor_.expect_symbol("]"));
  return finish(make(NodeKind::list, std::move(items)));
}

Result<ExpressionParser::Node> ExpressionParser::dict() {
  cursor_.advance();
  std::vector<Node> items;
  while (!cursor_.is_symbol("}")) {
    TENON_TRY_ASSIGN(const Node key, expression());
    TENON_TRY(cursor_.expect_symbol(":"));
    TENON_TRY_ASSIGN(const Node value, expression());
    items.push_back(key);
    items.push_back(value);
    if (!cursor_.take_symbol(",")) break;
  }
  TENON_TRY(cursor_.expect_symbol("}"));
  return finish(make(NodeKind::dict, std::move(items)));
}

}  // namespace tenon::text::jinja
