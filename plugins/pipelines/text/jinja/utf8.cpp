// SPDX-License-Identifier: Apache-2.0
#include "jinja/utf8.h"

#include <utf8proc.h>

#include <algorithm>

namespace tenon::text::jinja {

namespace {

uint8_t byte_at(std::string_view text, size_t at) { return static_cast<uint8_t>(text[at]); }

}  // namespace

size_t character_bytes(std::string_view text, size_t at) {
  const uint8_t lead = byte_at(text, at);
  const size_t bytes = lead < 0x80   ? 1
                       : lead < 0xC2 ? 1
                       : lead < 0xE0 ? 2
                       : lead < 0xF0 ? 3
                       : lead < 0xF5 ? 4
                                     : 1;
  if (bytes > text.size() - at) return 1;
  for (size_t i = 1; i < bytes; ++i) {
    if ((byte_at(text, at + i) & 0xC0) != 0x80) return 1;
  }
  return bytes;
}

size_t character_count(std::string_view text) {
  size_t count = 0;
  for (size_t at = 0; at < text.size(); at += character_bytes(text, at)) ++count;
  return count;
}

std::vector<size_t> character_starts(std::string_view text) {
  std::vector<size_t> starts;
  starts.reserve(text.size() + 1);
  for (size_t at = 0; at < text.size(); at += character_bytes(text, at)) starts.push_back(at);
  starts.push_back(text.size());
  return starts;
}

uint32_t code_point(std::string_view text, size_t at) {
  const size_t bytes = character_bytes(text, at);
  const uint8_t lead = byte_at(text, at);
  if (bytes == 1) return lead;
  uint32_t code = lead & (0x7Fu >> bytes);
  for (size_t i = 1; i < bytes; ++i) code = (code << 6) | (byte_at(text, at + i) & 0x3Fu);
  return code;
}

void append_code_point(std::string& text, uint32_t code) {
  if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) code = 0xFFFD;
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xC0 | (code >> 6));
    text += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    text += static_cast<char>(0xE0 | (code >> 12));
    text += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    text += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    text += static_cast<char>(0xF0 | (code >> 18));
    text += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    text += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    text += static_cast<char>(0x80 | (code & 0x3F));
  }
}

bool is_space(uint32_t code) {
  return (code >= 9 && code <= 13) || (code >= 0x1C && code <= 0x20) || code == 0x85 ||
         code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 ||
         code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

uint32_t to_upper(uint32_t code) {
  return static_cast<uint32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(code)));
}

uint32_t to_lower(uint32_t code) {
  return static_cast<uint32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(code)));
}

std::string_view strip_left(std::string_view text) {
  while (!text.empty() && is_space(code_point(text, 0))) {
    text.remove_prefix(character_bytes(text, 0));
  }
  return text;
}

std::string_view strip_right(std::string_view text) {
  while (!text.empty()) {
    size_t begin = text.size() - 1;
    while (begin > 0 && text.size() - begin < 4 && (byte_at(text, begin) & 0xC0) == 0x80) --begin;
    if (begin + character_bytes(text, begin) != text.size()) begin = text.size() - 1;
    if (!is_space(code_point(text, begin))) break;
    text = text.substr(0, begin);
  }
  return text;
}

std::string_view strip(std::string_view text) { return strip_left(strip_right(text)); }

}  // namespace tenon::text::jinja
