// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

// Characters of UTF-8 texts: their kinds, cases and normal forms, of Unicode 15. Everything takes
// valid UTF-8 but make_valid(). The only place that touches utf8proc. [any thread]
namespace tenon::text {

// Bytes [begin, end) of a text.
struct Range {
  size_t begin = 0;
  size_t end = 0;
  size_t size() const { return end - begin; }
  std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
  bool operator==(const Range&) const = default;
};

// The character at `at`, which is moved behind it.
char32_t next_character(std::string_view text, size_t& at);
// The character that ends before `at`, which is moved to its begin.
char32_t previous_character(std::string_view text, size_t& at);
void append(std::string& text, char32_t character);
// Bytes of the character that begins with this byte.
size_t character_bytes(char first);
// The largest begin of a character that is at most `at`.
size_t character_begin(std::string_view text, size_t at);

// Length of the whole characters at the begin of bytes; `broken`: how many bytes after them can be
// no part of one. Neither, before the end: the bytes left may begin a character.
struct ValidPrefix {
  size_t bytes = 0;
  size_t broken = 0;
};
ValidPrefix valid_prefix(std::string_view bytes);

// One U+FFFD for every broken sequence, or for each of its bytes.
enum class Replace { sequence, byte };
std::string make_valid(std::string_view bytes, Replace replace = Replace::sequence);

constexpr std::string_view replacement_character = "\xEF\xBF\xBD";
// U+2581, which SentencePiece writes for a space.
constexpr std::string_view space_mark = "\xE2\x96\x81";

using CharacterClass = bool (*)(char32_t);
bool is_white_space(char32_t character);       // White_Space
bool is_punctuation(char32_t character);       // P*
bool is_bert_punctuation(char32_t character);  // P* and what ASCII has besides
bool is_other(char32_t character);             // C*
bool is_mark(char32_t character);              // M*
bool is_nonspacing_mark(char32_t character);   // Mn
bool is_number(char32_t character);            // N*
bool is_word(char32_t character);              // letters, marks, numbers, connectors
bool is_ideograph(char32_t character);         // the blocks that BERT takes for Chinese

void append_lower_case(std::string& text, char32_t character);
std::string lower_case(std::string_view text);

enum class NormalForm { nfc, nfd, nfkc, nfkd };
std::string normal_form(std::string_view text, NormalForm form);

// Calls visit for every grapheme cluster.
void each_cluster(std::string_view text, const std::function<void(std::string_view)>& visit);

std::string replace_all(std::string_view text, std::string_view what, std::string_view by);

}  // namespace tenon::text
