// SPDX-License-Identifier: Apache-2.0
#include "core/base/letters.h"

#include <algorithm>
#include <cstdint>

namespace tenon {
namespace {

constexpr char32_t replacement = 0xFFFD;

// Every step-th code point of [first, last] is a capital; its small letter is `distance` further.
struct Capitals {
  char32_t first;
  char32_t last;
  uint32_t step;
  int32_t distance;
};
constexpr Capitals capitals[] = {
    {0x41, 0x5A, 1, 32},         // Latin
    {0xC0, 0xD6, 1, 32},         //
    {0xD8, 0xDE, 1, 32},         //
    {0x100, 0x12E, 2, 1},        // Latin with marks
    {0x132, 0x136, 2, 1},        //
    {0x139, 0x147, 2, 1},        //
    {0x14A, 0x176, 2, 1},        //
    {0x178, 0x178, 1, -121},     //
    {0x179, 0x17D, 2, 1},        //
    {0x1A0, 0x1A4, 2, 1},        //
    {0x1AF, 0x1AF, 1, 1},        //
    {0x1CD, 0x1DB, 2, 1},        //
    {0x1DE, 0x1EE, 2, 1},        //
    {0x1F8, 0x21E, 2, 1},        //
    {0x222, 0x232, 2, 1},        //
    {0x246, 0x24E, 2, 1},        //
    {0x370, 0x372, 2, 1},        // Greek
    {0x386, 0x386, 1, 38},       //
    {0x388, 0x38A, 1, 37},       //
    {0x38C, 0x38C, 1, 64},       //
    {0x38E, 0x38F, 1, 63},       //
    {0x391, 0x3A1, 1, 32},       //
    {0x3A3, 0x3AB, 1, 32},       //
    {0x3D8, 0x3EE, 2, 1},        //
    {0x400, 0x40F, 1, 80},       // Cyrillic
    {0x410, 0x42F, 1, 32},       //
    {0x460, 0x480, 2, 1},        //
    {0x48A, 0x4BE, 2, 1},        //
    {0x4C0, 0x4C0, 1, 15},       //
    {0x4C1, 0x4CD, 2, 1},        //
    {0x4D0, 0x52E, 2, 1},        //
    {0x531, 0x556, 1, 48},       // Armenian
    {0x10A0, 0x10C5, 1, 7264},   // Georgian
    {0x13A0, 0x13EF, 1, 38864},  // Cherokee
    {0x13F0, 0x13F5, 1, 8},      //
    {0x1C90, 0x1CBA, 1, -3008},  // Georgian
    {0x1E00, 0x1E94, 2, 1},      // Latin with more marks
    {0x1EA0, 0x1EFE, 2, 1},      //
    {0x1F08, 0x1F0F, 1, -8},     // Greek with marks
    {0x1F18, 0x1F1D, 1, -8},     //
    {0x1F28, 0x1F2F, 1, -8},     //
    {0x1F38, 0x1F3F, 1, -8},     //
    {0x1F48, 0x1F4D, 1, -8},     //
    {0x1F59, 0x1F5F, 2, -8},     //
    {0x1F68, 0x1F6F, 1, -8},     //
    {0x2160, 0x216F, 1, 16},     // Roman numerals
    {0x24B6, 0x24CF, 1, 26},     // letters in circles
    {0x2C00, 0x2C2F, 1, 48},     // Glagolitic
    {0x2C80, 0x2CE2, 2, 1},      // Coptic
    {0xA640, 0xA66C, 2, 1},      // Cyrillic
    {0xA680, 0xA69A, 2, 1},      //
    {0xA722, 0xA72E, 2, 1},      // Latin of manuscripts
    {0xA732, 0xA76E, 2, 1},      //
    {0xFF21, 0xFF3A, 1, 32},     // wide Latin
    {0x10400, 0x10427, 1, 40},   // Deseret
    {0x104B0, 0x104D3, 1, 40},   // Osage
    {0x1E900, 0x1E921, 1, 34},   // Adlam
};

bool holds(const Capitals& row, char32_t code) {
  return code >= row.first && code <= row.last && (code - row.first) % row.step == 0;
}

char32_t moved(char32_t code, int32_t distance) {
  return static_cast<char32_t>(static_cast<int32_t>(code) + distance);
}

// What a character of `bytes` bytes must at least be, so that it is not too long.
constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};

template <char32_t change(char32_t)>
std::string changed(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const Character character = character_at(text, i);
    const char32_t code = change(character.code);
    if (code == character.code) {
      result += text.substr(i, character.bytes);
    } else {
      append(result, code);
    }
    i += character.bytes;
  }
  return result;
}

}  // namespace

Character character_at(std::string_view text, size_t place) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[place + i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  const size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() - place < bytes) return {replacement, 1};
  char32_t code = first & (0xFFu >> (bytes + 1));
  for (size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {replacement, 1};
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  const bool is_surrogate = code >= 0xD800 && code < 0xE000;
  if (code < least[bytes] || code > 0x10FFFF || is_surrogate) return {replacement, 1};
  return {code, bytes};
}

Character character_before(std::string_view text, size_t place) {
  for (size_t bytes = std::min<size_t>(place, 4); bytes > 1; --bytes) {
    const Character character = character_at(text.substr(0, place), place - bytes);
    if (character.bytes == bytes) return character;
  }
  return character_at(text.substr(0, place), place - 1);
}

size_t count_characters(std::string_view text) {
  size_t count = 0;
  for (size_t i = 0; i < text.size(); i += character_at(text, i).bytes) ++count;
  return count;
}

char32_t to_lower(char32_t code) {
  for (const Capitals& row : capitals) {
    if (holds(row, code)) return moved(code, row.distance);
  }
  return code;
}

char32_t to_upper(char32_t code) {
  for (const Capitals& row : capitals) {
    if (holds(row, moved(code, -row.distance))) return moved(code, -row.distance);
  }
  return code;
}

std::string lower(std::string_view text) { return changed<to_lower>(text); }
std::string upper(std::string_view text) { return changed<to_upper>(text); }

void append(std::string& text, char32_t code) {
  const auto rest = [&](int shift) { text += static_cast<char>(0x80 | (code >> shift & 0x3F)); };
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xC0 | code >> 6);
    rest(0);
  } else if (code < 0x10000) {
    text += static_cast<char>(0xE0 | code >> 12);
    rest(6);
    rest(0);
  } else {
    text += static_cast<char>(0xF0 | code >> 18);
    rest(12);
    rest(6);
    rest(0);
  }
}

}  // namespace tenon
