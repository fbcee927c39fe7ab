// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/normalize.h"

#include "tenon/json.h"

#include <memory>

namespace tenon::text {
namespace {

struct Rules {
  SentencePieceText wanted;
  Trie symbols;
};

Trie trie_of(const std::vector<std::string>& symbols) {
  std::vector<Trie::Entry> entries;
  for (const std::string& symbol : symbols) {
    if (is_utf8(symbol)) entries.emplace_back(symbol, 0);
  }
  return Trie(std::move(entries));
}

// One prefix of the text and what it becomes.
struct Part {
  size_t length;
  std::string_view text;
};

Part part_of(const Rules& rules, std::string_view text) {
  const Trie::Match symbol = rules.symbols.longest(text);
  if (symbol.length > 0) return {symbol.length, text.substr(0, symbol.length)};
  const Charsmap::Match mapped = rules.wanted.map.longest(text);
  if (mapped.length > 0) return {mapped.length, mapped.by};
  const size_t length = character_bytes(text[0]);
  return {length, text.substr(0, length)};
}

void drop_spaces_behind(std::string& text, std::string_view space) {
  while (text.ends_with(space)) text.resize(text.size() - space.size());
}

Result<std::string> normalize(const Rules& rules, std::string_view text) {
  const SentencePieceText& wanted = rules.wanted;
  const std::string_view space = wanted.mark_spaces ? space_mark : " ";
  const size_t most = 16 * text.size() + 64;
  while (wanted.collapse_spaces && !text.empty()) {
    const Part part = part_of(rules, text);
    if (part.text != " ") break;
    text.remove_prefix(part.length);
  }
  std::string normal;
  if (text.empty()) return normal;
  if (wanted.dummy_prefix && !wanted.space_behind) normal += space;
  bool behind_space = wanted.collapse_spaces;
  while (!text.empty()) {
    Part part = part_of(rules, text);
    text.remove_prefix(part.length);
    while (behind_space && part.text.starts_with(' ')) part.text.remove_prefix(1);
    for (const char byte : part.text) {
      if (byte == ' ') {
        normal += space;
      } else {
        normal += byte;
      }
    }
    if (!part.text.empty()) behind_space = part.text.ends_with(' ');
    if (!wanted.collapse_spaces) behind_space = false;
    if (normal.size() > most) {
      return invalid("the text grows to more than 16 times its length when it is normalized");
    }
  }
  if (wanted.collapse_spaces) drop_spaces_behind(normal, space);
  if (wanted.dummy_prefix && wanted.space_behind) normal += space;
  return normal;
}

}  // namespace

NormalizeStep sentencepiece_text(SentencePieceText wanted) {
  const auto rules = std::make_shared<Rules>(Rules{std::move(wanted), {}});
  rules->symbols = trie_of(rules->wanted.symbols);
  return [rules](std::string_view text) { return normalize(*rules, text); };
}

}  // namespace tenon::text
