// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/model.h"
#include "tokenizer/trie.h"
#include "tokenizer/unicode.h"

#include <algorithm>
#include <limits>

namespace tenon::text {
namespace {

constexpr int unknown_penalty = 10;

struct UnigramModel {
  const Vocabulary& vocabulary;
  Unigram wanted;
  Trie trie;
  double least = 0;
  double most = 0;

  double score(int32_t id, size_t bytes) const {
    if (vocabulary.kind(id) != TokenKind::user_defined) return vocabulary.score(id);
    return wanted.symbols_score ? double{static_cast<float>(bytes) * static_cast<float>(most)} - 0.1
                                : 0;
  }
  template <class Number>
  Status encode(std::string_view piece, std::vector<int32_t>& ids) const;
};

// The best way to a place of the text: the token that ends there and where it begins.
template <class Number>
struct Best {
  Number score = 0;
  int32_t id = -1;
  int32_t begin = -1;  // -1: no way leads here
};

template <class Number>
Status UnigramModel::encode(std::string_view piece, std::vector<int32_t>& ids) const {
  std::vector<Best<Number>> best(piece.size() + 1);
  best[0].begin = 0;
  const int32_t unknown = wanted.unknown.value_or(-1);
  size_t looked = 0;
  const size_t most_looked = 1'000'000 + 512 * piece.size();
  for (size_t at = 0; at < piece.size();) {
    const size_t length = character_bytes(piece[at]);
    const Number so_far = best[at].score;
    const auto offer = [&](size_t bytes, int32_t id, auto candidate) {
      Best<Number>& there = best[at + bytes];
      if (there.begin >= 0 && !(candidate > there.score)) return;
      there = {static_cast<Number>(candidate), id, static_cast<int32_t>(at)};
    };
    bool single = false;
    looked += trie.prefixes(piece.substr(at), [&](size_t bytes, int32_t id) {
      // A token that ends inside a character leads nowhere.
      if (at + bytes < piece.size() && character_begin(piece, at + bytes) != at + bytes) return;
      offer(bytes, id, score(id, bytes) + static_cast<double>(so_far));
      single = single || bytes == length;
    });
    if (!single) offer(length, unknown, (static_cast<Number>(least) - unknown_penalty) + so_far);
    if (looked > most_looked) return invalid("the vocabulary of the tokenizer takes too long");
    at += length;
  }
  // From the end to the begin; the ids are turned around afterwards.
  std::vector<int32_t> own;
  for (size_t end = piece.size(); end > 0;) {
    const auto begin = static_cast<size_t>(best[end].begin);
    const int32_t id = best[end].id;
    if (id != unknown) {
      own.push_back(id);
    } else if (wanted.bytes) {
      for (size_t i = end; i > begin; --i) {
        own.push_back((*wanted.bytes)[static_cast<uint8_t>(piece[i - 1])]);
      }
    } else if (unknown >= 0 && (own.empty() || own.back() != unknown)) {
      own.push_back(unknown);
    }
    end = begin;
  }
  ids.insert(ids.end(), own.rbegin(), own.rend());
  return {};
}

bool takes_part(TokenKind kind) {
  return kind == TokenKind::normal || kind == TokenKind::user_defined;
}

}  // namespace

Result<Model> unigram(const Vocabulary& vocabulary, Unigram wanted) {
  const auto model =
      std::make_shared<UnigramModel>(UnigramModel{vocabulary, std::move(wanted), {}});
  std::vector<Trie::Entry> entries;
  double least = std::numeric_limits<double>::max();
  double most = std::numeric_limits<double>::lowest();
  for (int32_t id = 0; id < vocabulary.size(); ++id) {
    if (!takes_part(vocabulary.kind(id))) continue;
    entries.emplace_back(vocabulary.spelling(id), id);
    if (vocabulary.kind(id) != TokenKind::normal) continue;
    least = std::min(least, vocabulary.score(id));
    most = std::max(most, vocabulary.score(id));
  }
  model->least = least > most ? 0 : least;
  model->most = least > most ? 0 : most;
  model->trie = Trie(std::move(entries));
  const bool single = model->wanted.precision == Unigram::Precision::single;
  return Model([model, single](std::string_view piece, std::vector<int32_t>& ids) {
    return single ? model->encode<float>(piece, ids) : model->encode<double>(piece, ids);
  });
}

}  // namespace tenon::text
