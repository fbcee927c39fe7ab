// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/model.h"
#include "tokenizer/trie.h"
#include "tokenizer/unicode.h"

namespace tenon::text {
namespace {

struct WordPieceModel {
  WordPieces wanted;
  Trie first;
  Trie continuing;

  Status encode(std::string_view word, std::vector<int32_t>& ids) const;
  bool cut(std::string_view word, std::vector<int32_t>& ids, size_t& looked) const;
};

// The longest token that ends with a whole character.
Trie::Match longest_whole(const Trie& trie, std::string_view text) {
  Trie::Match match;
  match.looked = trie.prefixes(text, [&](size_t length, int32_t id) {
    if (character_begin(text, length) != length) return;
    match.length = length;
    match.value = id;
  });
  return match;
}

bool WordPieceModel::cut(std::string_view word, std::vector<int32_t>& ids, size_t& looked) const {
  for (size_t at = 0; at < word.size();) {
    const Trie::Match match = longest_whole(at == 0 ? first : continuing, word.substr(at));
    looked += match.looked;
    if (match.length == 0 || looked > 1'000'000 + 512 * word.size()) return false;
    ids.push_back(match.value);
    at += match.length;
  }
  return true;
}

Status WordPieceModel::encode(std::string_view word, std::vector<int32_t>& ids) const {
  size_t characters = 0;
  for (size_t at = 0; at < word.size(); at += character_bytes(word[at])) ++characters;
  const size_t before = ids.size();
  size_t looked = 0;
  if (characters <= wanted.most_characters && cut(word, ids, looked)) return {};
  ids.resize(before);
  if (looked > 1'000'000 + 512 * word.size()) {
    return invalid("the vocabulary of the tokenizer takes too long");
  }
  if (wanted.unknown) ids.push_back(*wanted.unknown);
  return {};
}

}  // namespace

Result<Model> word_pieces(const Vocabulary& vocabulary, WordPieces wanted) {
  const auto model = std::make_shared<WordPieceModel>(WordPieceModel{std::move(wanted), {}, {}});
  const std::string& begins = model->wanted.first_prefix;
  const std::string& continues = model->wanted.continuing_prefix;
  std::vector<Trie::Entry> first;
  std::vector<Trie::Entry> continuing;
  for (int32_t id = 0; id < vocabulary.size(); ++id) {
    const std::string_view token = vocabulary.spelling(id);
    if (token.starts_with(begins)) first.emplace_back(token.substr(begins.size()), id);
    if (token.starts_with(continues)) continuing.emplace_back(token.substr(continues.size()), id);
  }
  model->first = Trie(std::move(first));
  model->continuing = Trie(std::move(continuing));
  return Model([model](std::string_view piece, std::vector<int32_t>& ids) {
    return model->encode(piece, ids);
  });
}

Result<Model> whole_words(const Vocabulary& vocabulary, std::optional<int32_t> unknown) {
  return Model([&vocabulary, unknown](std::string_view piece, std::vector<int32_t>& ids) -> Status {
    const auto id = vocabulary.find(piece);
    if (id || unknown) ids.push_back(id ? *id : *unknown);
    return {};
  });
}

Result<Model> longest_matches(const Vocabulary& vocabulary) {
  std::vector<Trie::Entry> entries;
  for (int32_t id = 0; id < vocabulary.size(); ++id) {
    if (vocabulary.kind(id) == TokenKind::normal) entries.emplace_back(vocabulary.spelling(id), id);
  }
  const auto trie = std::make_shared<const Trie>(std::move(entries));
  return Model([trie](std::string_view piece, std::vector<int32_t>& ids) -> Status {
    size_t looked = 0;
    for (size_t at = 0; at < piece.size();) {
      const Trie::Match match = trie->longest(piece.substr(at));
      looked += match.looked;
      if (looked > 1'000'000 + 512 * piece.size()) {
        return invalid("the vocabulary of the tokenizer takes too long");
      }
      if (match.length > 0) ids.push_back(match.value);
      at += match.length > 0 ? match.length : 1;
    }
    return {};
  });
}

}  // namespace tenon::text
