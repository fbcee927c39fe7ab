// SPDX-License-Identifier: Apache-2.0
#include "names.h"

#include <fmt/core.h>

#include <cstdint>

namespace tenon::onnx {

namespace {

constexpr size_t most_name_bytes = 4'096;
constexpr size_t most_message_bytes = 1'000;

bool is_continuation(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

bool is_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<uint8_t>(text[i]);
    const size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if ((lead >= 0x80 && lead < 0xC2) || lead > 0xF4 || length > text.size() - i) return false;
    uint32_t code = length == 1 ? lead : lead & (0x7Fu >> length);
    for (size_t k = 1; k < length; ++k) {
      if (!is_continuation(text[i + k])) return false;
      code = code << 6 | (static_cast<uint8_t>(text[i + k]) & 0x3Fu);
    }
    // Longer than needed, half of a surrogate pair, or beyond the last character.
    if ((length == 3 && code < 0x800) || (length == 4 && code < 0x10000)) return false;
    if ((code >= 0xD800 && code < 0xE000) || code > 0x10FFFF) return false;
    i += length;
  }
  return true;
}

}  // namespace

bool is_good_name(std::string_view name) {
  return name.size() <= most_name_bytes && name.find('\0') == std::string_view::npos &&
         is_utf8(name);
}

std::string_view cut(std::string_view text, size_t most) {
  if (text.size() <= most) return text;
  size_t end = most;
  while (end > 0 && is_continuation(text[end])) --end;
  return text.substr(0, end);
}

std::string printable(std::string_view text) {
  const bool utf8 = is_utf8(text);
  std::string shown;
  for (const char c : cut(text, most_message_bytes)) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte < 0x20 || byte == 0x7F || (byte >= 0x80 && !utf8)) {
      shown += fmt::format("\\x{:02x}", byte);
    } else {
      shown += c;
    }
  }
  return shown;
}

}  // namespace tenon::onnx
