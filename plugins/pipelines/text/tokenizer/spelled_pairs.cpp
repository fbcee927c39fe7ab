// SPDX-License-Identifier: Apache-2.0
#include "tenon/json.h"
#include "tokenizer/merge.h"
#include "tokenizer/model.h"
#include "tokenizer/trie.h"
#include "tokenizer/unicode.h"

#include <unordered_map>

namespace tenon::text {
namespace {

// How long each of the two parts was that a token of kind unused was made of.
using Halves = std::unordered_map<std::string_view, uint32_t>;

struct SpelledPairModel {
  const Vocabulary& vocabulary;
  SpelledPairs wanted;
  Trie frozen;
  size_t longest = 0;  // bytes of the longest token

  std::vector<Symbol> start(std::string_view piece) const;
  void encode(std::string_view piece, std::vector<int32_t>& ids) const;
  void emit(std::string_view text, int32_t id, const Halves& halves,
            std::vector<int32_t>& ids) const;
};

constexpr int32_t frozen_symbol = -2;

std::vector<Symbol> SpelledPairModel::start(std::string_view piece) const {
  std::vector<Symbol> symbols;
  symbols.reserve(piece.size());
  for (size_t at = 0; at < piece.size();) {
    const Trie::Match symbol = frozen.longest(piece.substr(at));
    const size_t size = symbol.length > 0 ? symbol.length : character_bytes(piece[at]);
    const int32_t id = symbol.length > 0 ? frozen_symbol : -1;
    symbols.push_back({static_cast<uint32_t>(at), static_cast<uint32_t>(size), id});
    at += size;
  }
  return symbols;
}

// Undoes joins that ended in tokens of kind unused.
void SpelledPairModel::emit(std::string_view text, int32_t id, const Halves& halves,
                            std::vector<int32_t>& ids) const {
  struct Part {
    std::string_view text;
    int32_t id;
  };
  std::vector<Part> parts = {{text, id}};
  while (!parts.empty()) {
    const Part part = parts.back();
    parts.pop_back();
    const auto half = part.id >= 0 && vocabulary.kind(part.id) == TokenKind::unused
                          ? halves.find(part.text)
                          : halves.end();
    if (half != halves.end()) {
      for (const std::string_view side :
           {part.text.substr(half->second), part.text.substr(0, half->second)}) {
        parts.push_back({side, vocabulary.find(side).value_or(-1)});
      }
    } else if (part.id >= 0) {
      ids.push_back(part.id);
    } else if (wanted.bytes) {
      for (const char byte : part.text) ids.push_back((*wanted.bytes)[static_cast<uint8_t>(byte)]);
    } else if (wanted.unknown && (ids.empty() || ids.back() != *wanted.unknown)) {
      ids.push_back(*wanted.unknown);
    }
  }
}

void SpelledPairModel::encode(std::string_view piece, std::vector<int32_t>& ids) const {
  if (wanted.whole_pieces) {
    if (const auto id = vocabulary.find(piece)) return ids.push_back(*id);
  }
  std::vector<Symbol> symbols = start(piece);
  Halves halves;
  merge(symbols, [&](const Symbol& left, const Symbol& right) -> std::optional<Joined> {
    if (left.id == frozen_symbol || right.id == frozen_symbol) return std::nullopt;
    const size_t size = size_t{left.size} + right.size;
    if (size > longest) return std::nullopt;
    const std::string_view text = piece.substr(left.begin, size);
    const auto id = vocabulary.find(text);
    if (!id || !wanted.joins(*id)) return std::nullopt;
    if (wanted.split_unused && vocabulary.kind(*id) == TokenKind::unused) {
      halves[text] = left.size;
    }
    return Joined{wanted.order(*id), *id};
  });
  std::vector<int32_t> own;  // unknown neighbours become one within a piece
  each_symbol(symbols, [&](const Symbol& symbol) {
    const std::string_view text = piece.substr(symbol.begin, symbol.size);
    const int32_t id = symbol.id >= 0 ? symbol.id : vocabulary.find(text).value_or(-1);
    emit(text, id, halves, own);
  });
  ids.insert(ids.end(), own.begin(), own.end());
}

}  // namespace

Result<Model> spelled_pairs(const Vocabulary& vocabulary, SpelledPairs wanted) {
  const auto model =
      std::make_shared<SpelledPairModel>(SpelledPairModel{vocabulary, std::move(wanted), {}, 0});
  std::vector<Trie::Entry> frozen;
  for (const std::string& symbol : model->wanted.frozen) {
    if (is_utf8(symbol)) frozen.emplace_back(symbol, 0);
  }
  model->frozen = Trie(std::move(frozen));
  for (int32_t id = 0; id < vocabulary.size(); ++id) {
    model->longest = std::max(model->longest, vocabulary.spelling(id).size());
  }
  return Model([model](std::string_view piece, std::vector<int32_t>& ids) -> Status {
    model->encode(piece, ids);
    return {};
  });
}

}  // namespace tenon::text
