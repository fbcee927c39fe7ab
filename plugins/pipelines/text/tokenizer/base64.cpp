// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/base64.h"

#include <cstdint>

namespace tenon::text {
namespace {

constexpr std::string_view digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

Result<std::string> from_base64(std::string_view text) {
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  if (text.size() % 4 == 1) return corrupt("base64: {} digits end inside a byte", text.size());
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  uint32_t bits = 0;
  int count = 0;
  for (const char digit : text) {
    const size_t value = digits.find(digit);
    if (value == std::string_view::npos) {
      return corrupt("base64: \"{}\" is no digit",
                     fmt::format("\\x{:02x}", static_cast<uint8_t>(digit)));
    }
    bits = (bits << 6 | static_cast<uint32_t>(value)) & 0xFFFFFF;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push_back(static_cast<char>(bits >> count & 0xFF));
    }
  }
  return bytes;
}

}  // namespace tenon::text
