// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/normalize.h"

#include <array>

namespace tenon::text {
namespace {

// Bytes that stand for themselves; the 68 others follow U+0100 in their order.
constexpr bool is_itself(int byte) {
  return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
}

struct Alphabet {
  std::array<std::array<char, 2>, 256> spelled{};
  std::array<uint8_t, 256> sizes{};
  std::array<int16_t, 0x144> bytes{};  // by character; -1: none
};

constexpr Alphabet make_alphabet() {
  Alphabet alphabet;
  for (int16_t& byte : alphabet.bytes) byte = -1;
  int next = 0x100;
  for (int byte = 0; byte < 256; ++byte) {
    const int character = is_itself(byte) ? byte : next++;
    const auto i = static_cast<size_t>(byte);
    alphabet.bytes[static_cast<size_t>(character)] = static_cast<int16_t>(byte);
    if (character < 0x80) {
      alphabet.spelled[i] = {static_cast<char>(character), 0};
      alphabet.sizes[i] = 1;
    } else {
      alphabet.spelled[i] = {static_cast<char>(0xC0 | character >> 6),
                             static_cast<char>(0x80 | (character & 0x3F))};
      alphabet.sizes[i] = 2;
    }
  }
  return alphabet;
}

constexpr Alphabet alphabet = make_alphabet();

}  // namespace

std::string_view byte_character(uint8_t byte) {
  return {alphabet.spelled[byte].data(), alphabet.sizes[byte]};
}

std::optional<uint8_t> byte_of_character(char32_t character) {
  if (character >= alphabet.bytes.size() || alphabet.bytes[character] < 0) return std::nullopt;
  return static_cast<uint8_t>(alphabet.bytes[character]);
}

std::string to_byte_characters(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() + bytes.size() / 2);
  for (const char byte : bytes) text += byte_character(static_cast<uint8_t>(byte));
  return text;
}

std::optional<std::string> from_byte_characters(std::string_view text) {
  std::string bytes;
  for (size_t at = 0; at < text.size();) {
    const auto byte = byte_of_character(next_character(text, at));
    if (!byte) return std::nullopt;
    bytes.push_back(static_cast<char>(*byte));
  }
  return bytes;
}

}  // namespace tenon::text
