// SPDX-License-Identifier: Apache-2.0
#include "scanner.h"

#include "tenon/json.h"

#include <charconv>

namespace tenon::safetensors {
namespace {

void append_utf8(uint32_t code, std::string& out) {
  const auto byte = [&](uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xC0 | code >> 6);
  } else {
    if (code < 0x10000) {
      byte(0xE0 | code >> 12);
    } else {
      byte(0xF0 | code >> 18);
      byte(0x80 | (code >> 12 & 0x3F));
    }
    byte(0x80 | (code >> 6 & 0x3F));
  }
  byte(0x80 | (code & 0x3F));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string_view Scanner::rest() {
  const size_t next = text_.find_first_not_of(" \t\r\n", at_);
  at_ = next == text_.npos ? text_.size() : next;
  return text_.substr(at_);
}

bool Scanner::accept(char wanted) {
  if (!rest().starts_with(wanted)) return false;
  ++at_;
  return true;
}

Status Scanner::expect(char wanted) {
  if (accept(wanted)) return {};
  if (at_ == text_.size()) return wrong("ends where '{}' is expected", wanted);
  return wrong("expected '{}'", wanted);
}

Result<uint32_t> Scanner::four_digits() {
  const std::string_view digits = text_.substr(at_, 4);
  uint32_t code = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
  if (digits.size() != 4 || error != std::errc() || end != digits.data() + 4) {
    return wrong("\\u without four hexadecimal digits");
  }
  at_ += 4;
  return code;
}

// What follows a backslash.
Status Scanner::escape(std::string& out) {
  constexpr std::string_view letters = "\"\\/bfnrt";
  constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
  const char letter = at_ < text_.size() ? text_[at_++] : '\0';
  if (const size_t found = letters.find(letter); letter != '\0' && found != letters.npos) {
    out += meanings[found];
    return {};
  }
  if (letter != 'u') return wrong("unknown escape");
  TENON_TRY_ASSIGN(uint32_t code, four_digits());
  if (code >= 0xD800 && code < 0xDC00) {
    if (!text_.substr(at_).starts_with("\\u")) return wrong("half of a surrogate pair");
    at_ += 2;
    TENON_TRY_ASSIGN(const uint32_t low, four_digits());
    if (low < 0xDC00 || low > 0xDFFF) return wrong("half of a surrogate pair");
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
  } else if (code >= 0xDC00 && code < 0xE000) {
    return wrong("half of a surrogate pair");
  }
  append_utf8(code, out);
  return {};
}

Result<std::string> Scanner::string(size_t most) {
  TENON_TRY(expect('"'));
  std::string out;
  for (;;) {
    size_t stop = at_;
    while (stop < text_.size() && text_[stop] != '"' && text_[stop] != '\\' &&
           static_cast<unsigned char>(text_[stop]) >= 0x20) {
      ++stop;
    }
    out += text_.substr(at_, stop - at_);
    at_ = stop;
    if (out.size() > most) return wrong("a text of more than {} bytes", most);
    if (at_ == text_.size()) return wrong("a text without end");
    const char c = text_[at_++];
    if (c == '"') break;
    if (c != '\\') return wrong("a control character inside a text");
    TENON_TRY(escape(out));
  }
  if (!is_utf8(out)) return wrong("a text that is no UTF-8");
  return out;
}

Result<uint64_t> Scanner::integer() {
  const std::string_view next = rest();
  if (next.starts_with('-')) return wrong("a negative number");
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(next.data(), next.data() + next.size(), value);
  const auto length = static_cast<size_t>(end - next.data());
  if (length == 0) return wrong("expected a number");
  if (error != std::errc() || value > static_cast<uint64_t>(INT64_MAX)) {
    return wrong("a number beyond 63 bits");
  }
  if (next[0] == '0' && length > 1) return wrong("a number that begins with 0");
  const char after = length < next.size() ? next[length] : '\0';
  if (after == '.' || after == 'e' || after == 'E' || is_digit(after)) {
    return wrong("a number that is no integer");
  }
  at_ += length;
  return value;
}

}  // namespace tenon::safetensors
