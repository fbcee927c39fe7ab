// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/normalize.h"

namespace tenon::text {
namespace {

// Control characters go, white space becomes a space.
std::string cleaned(std::string_view text) {
  std::string clean;
  for (size_t at = 0; at < text.size();) {
    const char32_t character = next_character(text, at);
    const bool kept = character == '\t' || character == '\n' || character == '\r';
    if (!kept && (character == 0xFFFD || is_other(character))) continue;
    append(clean, is_white_space(character) ? U' ' : character);
  }
  return clean;
}

std::string apart(std::string_view text) {
  std::string spaced;
  for (size_t at = 0; at < text.size();) {
    const char32_t character = next_character(text, at);
    const bool alone = is_ideograph(character);
    if (alone) spaced += ' ';
    append(spaced, character);
    if (alone) spaced += ' ';
  }
  return spaced;
}

std::string without_accents(std::string_view text) {
  std::string plain;
  const std::string apart = normal_form(text, NormalForm::nfd);
  for (size_t at = 0; at < apart.size();) {
    const char32_t character = next_character(apart, at);
    if (!is_nonspacing_mark(character)) append(plain, character);
  }
  return plain;
}

}  // namespace

NormalizeStep bert_text(BertText wanted) {
  return [wanted](std::string_view given) -> Result<std::string> {
    std::string text(given);
    if (wanted.clean) text = cleaned(text);
    if (wanted.ideographs) text = apart(text);
    if (wanted.strip_accents) text = without_accents(text);
    if (wanted.lower_case) text = lower_case(text);
    return text;
  };
}

}  // namespace tenon::text
