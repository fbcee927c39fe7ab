// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Texts as the template language counts them: in characters, not bytes. Bytes that are no UTF-8
// count as one character each. [any thread]
namespace tenon::text::jinja {

// Bytes of the character that begins at `at`; 1 where there is no valid one.
size_t character_bytes(std::string_view text, size_t at);

// Number of characters.
size_t character_count(std::string_view text);

// Where each character begins, and the end.
std::vector<size_t> character_starts(std::string_view text);

// The code point that begins at `at`; the byte itself where there is no valid one.
uint32_t code_point(std::string_view text, size_t at);

// Appends the code point in UTF-8; surrogates and what is beyond Unicode become U+FFFD.
void append_code_point(std::string& text, uint32_t code);

bool is_space(uint32_t code);

// Upper and lower case of one letter; what has none stays.
uint32_t to_upper(uint32_t code);
uint32_t to_lower(uint32_t code);

// Without white space on the left, right or both sides.
std::string_view strip_left(std::string_view text);
std::string_view strip_right(std::string_view text);
std::string_view strip(std::string_view text);

}  // namespace tenon::text::jinja
