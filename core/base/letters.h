// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Characters of UTF-8 texts, and small and capital letters by Unicode's one-to-one mappings for the
// scripts that have both in living use; rare single letters stay as they are. No locale matters.
// [any thread]
namespace tenon {

// One character of a text: its code point, and how many bytes it takes. A byte that begins no
// character is U+FFFD and takes one.
struct Character {
  char32_t code = 0;
  size_t bytes = 1;
};
// The character at a place inside the text.
Character character_at(std::string_view text, size_t place);
// The character that ends before a place behind the beginning.
Character character_before(std::string_view text, size_t place);
// How many characters there are.
size_t count_characters(std::string_view text);

char32_t to_lower(char32_t code);
char32_t to_upper(char32_t code);
std::string lower(std::string_view text);
std::string upper(std::string_view text);

// The character, as UTF-8, at the end of a text.
void append(std::string& text, char32_t code);

}  // namespace tenon
