// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/merge.h"
#include "tokenizer/model.h"
#include "tokenizer/unicode.h"

#include <unordered_map>

namespace tenon::text {
namespace {

uint64_t key(int32_t left, int32_t right) {
  return uint64_t{static_cast<uint32_t>(left)} << 32 | static_cast<uint32_t>(right);
}

struct BytePairModel {
  const Vocabulary& vocabulary;
  BytePairs wanted;
  std::unordered_map<uint64_t, Joined> pairs;
  std::optional<std::vector<int32_t>> bytes;

  Status add_merge(const MergeRule& rule, size_t rank);
  void start(std::string_view piece, std::vector<Symbol>& symbols) const;
  void encode(std::string_view piece, std::vector<int32_t>& ids) const;
};

Status BytePairModel::add_merge(const MergeRule& rule, size_t rank) {
  std::string_view tail = rule.right;
  if (tail.starts_with(wanted.continuing_prefix))
    tail.remove_prefix(wanted.continuing_prefix.size());
  const auto left = vocabulary.find(rule.left);
  const auto right = vocabulary.find(rule.right);
  const auto whole = vocabulary.find(rule.left + std::string(tail));
  if (!left || !right || !whole) {
    if (wanted.skip_unknown_merges) return {};
    return corrupt("merge {}: \"{}\", \"{}\" or both together are not in the vocabulary", rank,
                   rule.left, rule.right);
  }
  const bool fresh =
      pairs.emplace(key(*left, *right), Joined{static_cast<double>(rank), *whole}).second;
  if (!fresh) return corrupt("merge {}: \"{} {}\" is there twice", rank, rule.left, rule.right);
  return {};
}

void BytePairModel::start(std::string_view piece, std::vector<Symbol>& symbols) const {
  std::string spelled;
  std::optional<Symbol> unknown;  // held back, so that more can join it
  const auto flush = [&] {
    if (unknown) symbols.push_back(*unknown);
    unknown.reset();
  };
  for (size_t at = 0; at < piece.size();) {
    const size_t begin = at;
    at += character_bytes(piece[at]);
    std::string_view character = piece.substr(begin, at - begin);
    const bool prefixed = begin > 0 && !wanted.continuing_prefix.empty();
    if (prefixed || (at == piece.size() && !wanted.word_suffix.empty())) {
      spelled = prefixed ? wanted.continuing_prefix : "";
      spelled += character;
      if (at == piece.size()) spelled += wanted.word_suffix;
      character = spelled;
    }
    const auto place = static_cast<uint32_t>(begin);
    const auto size = static_cast<uint32_t>(at - begin);
    if (const auto id = vocabulary.find(character)) {
      flush();
      symbols.push_back({place, size, *id});
    } else if (bytes) {
      for (uint32_t i = 0; i < character.size(); ++i) {
        const auto byte = static_cast<uint8_t>(character[i]);
        symbols.push_back({place + i, 1, (*bytes)[byte]});
      }
    } else if (wanted.unknown) {
      if (unknown && wanted.fuse_unknown) {
        unknown->size += size;
      } else {
        flush();
        unknown = Symbol{place, size, *wanted.unknown};
      }
    }
  }
  flush();
}

void BytePairModel::encode(std::string_view piece, std::vector<int32_t>& ids) const {
  if (wanted.whole_pieces) {
    if (const auto id = vocabulary.find(piece)) return ids.push_back(*id);
  }
  std::vector<Symbol> symbols;
  symbols.reserve(piece.size());
  start(piece, symbols);
  merge(symbols, [&](const Symbol& left, const Symbol& right) -> std::optional<Joined> {
    const auto found = pairs.find(key(left.id, right.id));
    if (found == pairs.end()) return std::nullopt;
    return found->second;
  });
  each_symbol(symbols, [&](const Symbol& symbol) { ids.push_back(symbol.id); });
}

}  // namespace

Result<Model> byte_pairs(const Vocabulary& vocabulary, BytePairs wanted) {
  if (wanted.merges.size() > BytePairs::most_merges) {
    return invalid("{} merges, at most {} are read", wanted.merges.size(), BytePairs::most_merges);
  }
  const auto model = std::make_shared<BytePairModel>(
      BytePairModel{vocabulary, std::move(wanted), {}, std::nullopt});
  model->pairs.reserve(model->wanted.merges.size());
  for (size_t rank = 0; rank < model->wanted.merges.size(); ++rank) {
    TENON_TRY(model->add_merge(model->wanted.merges[rank], rank));
  }
  model->wanted.merges = {};
  if (model->wanted.byte_fallback) model->bytes = byte_tokens(vocabulary);
  return Model([model](std::string_view piece, std::vector<int32_t>& ids) -> Status {
    model->encode(piece, ids);
    return {};
  });
}

}  // namespace tenon::text
