// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/unicode.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace tenon::text {
namespace {

utf8proc_category_t category(char32_t character) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(character));
}

bool between(utf8proc_category_t found, utf8proc_category_t first, utf8proc_category_t last) {
  return found >= first && found <= last;
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char byte) { return static_cast<uint8_t>(byte) < 0x80; });
}

// Whole, broken or unfinished: what begins at the front.
enum class Sequence { whole, broken, cut };
struct Looked {
  Sequence kind;
  size_t bytes;  // of the character, or of the longest part that begins one
};

Looked look(std::string_view bytes) {
  const auto at = [&](size_t i) { return static_cast<uint8_t>(bytes[i]); };
  const uint8_t first = at(0);
  if (first < 0x80) return {Sequence::whole, 1};
  if (first < 0xC2 || first > 0xF4) return {Sequence::broken, 1};
  const size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  for (size_t i = 1; i < length; ++i) {
    if (i >= bytes.size()) return {Sequence::cut, i};
    uint8_t least = 0x80;
    uint8_t most = 0xBF;
    if (i == 1) {
      if (first == 0xE0) least = 0xA0;
      if (first == 0xED) most = 0x9F;
      if (first == 0xF0) least = 0x90;
      if (first == 0xF4) most = 0x8F;
    }
    if (at(i) < least || at(i) > most) return {Sequence::broken, i};
  }
  return {Sequence::whole, length};
}

// Puts runs of combining characters into canonical order; the library would take quadratic time.
void order_marks(std::vector<utf8proc_int32_t>& characters) {
  const auto rank = [](utf8proc_int32_t c) { return utf8proc_get_property(c)->combining_class; };
  for (size_t i = 0; i < characters.size();) {
    if (characters[i] < 0x300 || rank(characters[i]) == 0) {
      ++i;
      continue;
    }
    size_t end = i;
    while (end < characters.size() && characters[end] >= 0x300 && rank(characters[end]) != 0) ++end;
    std::stable_sort(characters.begin() + static_cast<std::ptrdiff_t>(i),
                     characters.begin() + static_cast<std::ptrdiff_t>(end),
                     [&](auto a, auto b) { return rank(a) < rank(b); });
    i = end;
  }
}

}  // namespace

size_t character_bytes(char first) {
  const auto byte = static_cast<uint8_t>(first);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

size_t character_begin(std::string_view text, size_t at) {
  while (at > 0 && at < text.size() && (static_cast<uint8_t>(text[at]) & 0xC0) == 0x80) --at;
  return at;
}

char32_t next_character(std::string_view text, size_t& at) {
  const auto first = static_cast<uint8_t>(text[at]);
  const size_t length = std::min(character_bytes(text[at]), text.size() - at);
  char32_t character = length == 1 ? first : first & (0x7F >> length);
  for (size_t i = 1; i < length; ++i) {
    character = character << 6 | (static_cast<uint8_t>(text[at + i]) & 0x3F);
  }
  at += length;
  return character;
}

char32_t previous_character(std::string_view text, size_t& at) {
  at = character_begin(text, at - 1);
  size_t end = at;
  return next_character(text, end);
}

void append(std::string& text, char32_t character) {
  const auto put = [&](char32_t bits) { text.push_back(static_cast<char>(bits)); };
  if (character < 0x80) return put(character);
  if (character < 0x800) {
    put(0xC0 | character >> 6);
  } else if (character < 0x10000) {
    put(0xE0 | character >> 12);
    put(0x80 | (character >> 6 & 0x3F));
  } else {
    put(0xF0 | character >> 18);
    put(0x80 | (character >> 12 & 0x3F));
    put(0x80 | (character >> 6 & 0x3F));
  }
  put(0x80 | (character & 0x3F));
}

ValidPrefix valid_prefix(std::string_view bytes) {
  size_t at = 0;
  while (at < bytes.size()) {
    const Looked looked = look(bytes.substr(at));
    if (looked.kind != Sequence::whole) {
      return {at, looked.kind == Sequence::broken ? looked.bytes : 0};
    }
    at += looked.bytes;
  }
  return {at, 0};
}

std::string make_valid(std::string_view bytes, Replace replace) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const ValidPrefix prefix = valid_prefix(bytes);
    text += bytes.substr(0, prefix.bytes);
    bytes.remove_prefix(prefix.bytes);
    const size_t broken = prefix.broken > 0 ? prefix.broken : bytes.size();
    for (size_t i = 0; i < broken; ++i) {
      if (i == 0 || replace == Replace::byte) text += replacement_character;
    }
    bytes.remove_prefix(broken);
  }
  return text;
}

bool is_white_space(char32_t c) {
  return (c >= 9 && c <= 13) || c == ' ' || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

bool is_punctuation(char32_t character) {
  return between(category(character), UTF8PROC_CATEGORY_PC, UTF8PROC_CATEGORY_PO);
}

bool is_bert_punctuation(char32_t c) {
  if (c < 0x80)
    return (c >= 33 && c <= 47) || (c >= 58 && c <= 64) || (c >= 91 && c <= 96) ||
           (c >= 123 && c <= 126);
  return is_punctuation(c);
}

bool is_other(char32_t character) {
  const auto found = category(character);
  return found == UTF8PROC_CATEGORY_CN ||
         between(found, UTF8PROC_CATEGORY_CC, UTF8PROC_CATEGORY_CO);
}

bool is_mark(char32_t character) {
  return between(category(character), UTF8PROC_CATEGORY_MN, UTF8PROC_CATEGORY_ME);
}

bool is_nonspacing_mark(char32_t character) { return category(character) == UTF8PROC_CATEGORY_MN; }

bool is_number(char32_t character) {
  return between(category(character), UTF8PROC_CATEGORY_ND, UTF8PROC_CATEGORY_NO);
}

bool is_word(char32_t character) {
  const auto found = category(character);
  return between(found, UTF8PROC_CATEGORY_LU, UTF8PROC_CATEGORY_NO) ||
         found == UTF8PROC_CATEGORY_PC;
}

bool is_ideograph(char32_t c) {
  constexpr std::array<std::array<char32_t, 2>, 8> blocks = {{{0x4E00, 0x9FFF},
                                                              {0x3400, 0x4DBF},
                                                              {0x20000, 0x2A6DF},
                                                              {0x2A700, 0x2B73F},
                                                              {0x2B740, 0x2B81F},
                                                              {0x2B920, 0x2CEAF},  // sic
                                                              {0xF900, 0xFAFF},
                                                              {0x2F800, 0x2FA1F}}};
  return std::ranges::any_of(blocks, [&](const auto& b) { return c >= b[0] && c <= b[1]; });
}

void append_lower_case(std::string& text, char32_t character) {
  // The only character whose lower case is two.
  if (character == 0x130) {
    text += "i\xCC\x87";
    return;
  }
  append(text, static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(character))));
}

std::string lower_case(std::string_view text) {
  std::string lower;
  lower.reserve(text.size());
  for (size_t at = 0; at < text.size();) append_lower_case(lower, next_character(text, at));
  return lower;
}

std::string normal_form(std::string_view text, NormalForm form) {
  if (is_ascii(text)) return std::string(text);
  const bool compatible = form == NormalForm::nfkc || form == NormalForm::nfkd;
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE |
                                                      (compatible ? UTF8PROC_COMPAT : 0));
  std::vector<utf8proc_int32_t> characters;
  characters.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const auto character = static_cast<utf8proc_int32_t>(next_character(text, at));
    std::array<utf8proc_int32_t, 32> parts{};  // 18 is the most there are
    const auto count = utf8proc_decompose_char(
        character, parts.data(), static_cast<utf8proc_ssize_t>(parts.size()), options, nullptr);
    for (utf8proc_ssize_t i = 0; i < count && i < 32; ++i) {
      characters.push_back(parts[static_cast<size_t>(i)]);
    }
  }
  order_marks(characters);
  auto count = static_cast<utf8proc_ssize_t>(characters.size());
  if (form == NormalForm::nfc || form == NormalForm::nfkc) {
    count = utf8proc_normalize_utf32(
        characters.data(), count,
        static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  }
  std::string normal;
  normal.reserve(text.size());
  for (utf8proc_ssize_t i = 0; i < count; ++i) {
    append(normal, static_cast<char32_t>(characters[static_cast<size_t>(i)]));
  }
  return normal;
}

void each_cluster(std::string_view text, const std::function<void(std::string_view)>& visit) {
  size_t begin = 0;
  size_t at = 0;
  utf8proc_int32_t state = 0;
  char32_t last = 0;
  while (at < text.size()) {
    const size_t here = at;
    const char32_t character = next_character(text, at);
    if (here > begin &&
        utf8proc_grapheme_break_stateful(static_cast<utf8proc_int32_t>(last),
                                         static_cast<utf8proc_int32_t>(character), &state)) {
      visit(text.substr(begin, here - begin));
      begin = here;
    }
    last = character;
  }
  if (begin < text.size()) visit(text.substr(begin));
}

std::string replace_all(std::string_view text, std::string_view what, std::string_view by) {
  std::string replaced;
  replaced.reserve(text.size());
  for (size_t at = 0; true;) {
    const size_t found = what.empty() ? std::string_view::npos : text.find(what, at);
    replaced += text.substr(at, found == std::string_view::npos ? found : found - at);
    if (found == std::string_view::npos) return replaced;
    replaced += by;
    at = found + what.size();
  }
}

}  // namespace tenon::text
