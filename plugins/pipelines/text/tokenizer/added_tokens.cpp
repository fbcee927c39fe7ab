// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/added_tokens.h"

#include "tenon/json.h"

#include <algorithm>

namespace tenon::text {
namespace {

Trie trie_of(const std::vector<AddedToken>& tokens, bool with_special) {
  std::vector<Trie::Entry> entries;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (with_special || !tokens[i].special) {
      entries.emplace_back(tokens[i].spelling, static_cast<int32_t>(i));
    }
  }
  return Trie(std::move(entries));
}

size_t white_space_before(std::string_view text, size_t at) {
  while (at > 0) {
    size_t before = at;
    if (!is_white_space(previous_character(text, before))) break;
    at = before;
  }
  return at;
}

size_t white_space_after(std::string_view text, size_t at) {
  while (at < text.size()) {
    size_t after = at;
    if (!is_white_space(next_character(text, after))) break;
    at = after;
  }
  return at;
}

}  // namespace

AddedTokens::AddedTokens(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)) {
  // A part of a character would cut texts inside one.
  std::erase_if(tokens_, [](const AddedToken& token) { return !is_utf8(token.spelling); });
  all_ = trie_of(tokens_, true);
  ordinary_ = trie_of(tokens_, false);
}

std::optional<Range> AddedTokens::taken(std::string_view text, Range match,
                                        const AddedToken& token) const {
  if (token.single_word) {
    size_t before = match.begin;
    size_t after = match.end;
    if (before > 0 && is_word(previous_character(text, before))) return std::nullopt;
    if (after < text.size() && is_word(next_character(text, after))) return std::nullopt;
  }
  if (token.strip_left) match.begin = white_space_before(text, match.begin);
  if (token.strip_right) match.end = white_space_after(text, match.end);
  return match;
}

Status AddedTokens::split(std::string_view text, bool with_special, const Visit& visit) const {
  const Trie& trie = with_special ? all_ : ordinary_;
  size_t done = 0;
  size_t looked = 0;
  const size_t most_looked = 1'000'000 + 64 * text.size();
  for (size_t at = 0; !trie.empty() && at < text.size();) {
    const Trie::Match match = trie.longest(text.substr(at));
    looked += match.looked;
    if (looked > most_looked) return invalid("the added tokens of the tokenizer take too long");
    if (match.length == 0) {
      at += character_bytes(text[at]);
      continue;
    }
    const AddedToken& token = tokens_[static_cast<size_t>(match.value)];
    const auto range = taken(text, {at, at + match.length}, token);
    at += match.length;
    if (!range) continue;
    const Range place{std::max(range->begin, done), range->end};
    if (done < place.begin) TENON_TRY(visit({done, place.begin}, nullptr));
    TENON_TRY(visit(place, &token));
    at = done = place.end;
  }
  if (done < text.size()) return visit({done, text.size()}, nullptr);
  return {};
}

}  // namespace tenon::text
