// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

// The tokens of a model: spelling, kind and score of every id. [any thread] once filled.
namespace tenon::text {

enum class TokenKind : uint8_t { absent, normal, unknown, control, user_defined, unused, byte };

class Vocabulary {
 public:
  static constexpr int32_t most_tokens = 4'000'000;
  static constexpr size_t most_bytes = 4096;  // of one spelling
  static constexpr size_t most_bytes_together = size_t{64} << 20;

  // A token at an id that is still free. The first token of a spelling is the one found by it.
  Status add(int32_t id, std::string_view spelling, TokenKind kind = TokenKind::normal,
             double score = 0);
  // Says that so many tokens will come, in addition to those it was told of before. Ids that are
  // far larger than that many need are refused.
  void expect(size_t tokens) { expected_ += static_cast<int64_t>(tokens); }

  // One more than the largest id.
  int32_t size() const { return static_cast<int32_t>(tokens_.size()); }
  int32_t count() const { return count_; }
  bool has(int32_t id) const { return id >= 0 && id < size() && kind(id) != TokenKind::absent; }

  std::optional<int32_t> find(std::string_view spelling) const;
  // Of an id in [0, size()); empty when it is absent. [borrowed]
  std::string_view spelling(int32_t id) const { return at(id).spelling; }
  TokenKind kind(int32_t id) const { return at(id).kind; }
  double score(int32_t id) const { return at(id).score; }
  void set_kind(int32_t id, TokenKind kind) { tokens_[static_cast<size_t>(id)].kind = kind; }

 private:
  struct Token {
    std::string_view spelling;  // in texts_
    double score = 0;
    TokenKind kind = TokenKind::absent;
  };
  const Token& at(int32_t id) const { return tokens_[static_cast<size_t>(id)]; }

  std::deque<std::string> texts_;
  std::vector<Token> tokens_;
  std::unordered_map<std::string_view, int32_t> ids_;
  int32_t count_ = 0;
  size_t bytes_ = 0;
  int64_t expected_ = 0;  // 0: was not told
};

// The id of "<0x41>" for every byte, or nothing when one of them is missing.
std::optional<std::vector<int32_t>> byte_tokens(const Vocabulary& vocabulary);
// The byte that a spelling such as "<0x41>" stands for.
std::optional<uint8_t> byte_of_spelling(std::string_view spelling);

}  // namespace tenon::text
