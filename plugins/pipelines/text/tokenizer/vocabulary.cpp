// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/vocabulary.h"

#include <array>

namespace tenon::text {
namespace {

std::optional<uint32_t> hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') return static_cast<uint32_t>(digit - '0');
  if (digit >= 'A' && digit <= 'F') return static_cast<uint32_t>(digit - 'A' + 10);
  return std::nullopt;
}

}  // namespace

Status Vocabulary::add(int32_t id, std::string_view spelling, TokenKind kind, double score) {
  if (id < 0 || id >= most_tokens) {
    return invalid("token {}: ids go from 0 to {}", id, most_tokens - 1);
  }
  if (expected_ > 0 && id >= 2 * expected_ + 65536) {
    return invalid("token {}: too large an id for a vocabulary of {}", id, expected_);
  }
  if (spelling.size() > most_bytes) {
    return invalid("token {}: spelled with {} bytes, at most {} are read", id, spelling.size(),
                   most_bytes);
  }
  if (has(id)) {
    return invalid("token {} is spelled \"{}\" and \"{}\"", id, this->spelling(id).substr(0, 100),
                   spelling.substr(0, 100));
  }
  bytes_ += spelling.size();
  if (bytes_ > most_bytes_together) {
    return invalid("vocabulary: spelled with more than {} MiB", most_bytes_together >> 20);
  }
  if (id >= size()) tokens_.resize(static_cast<size_t>(id) + 1);
  const std::string& text = texts_.emplace_back(spelling);
  tokens_[static_cast<size_t>(id)] = {text, score, kind};
  ids_.emplace(text, id);
  ++count_;
  return {};
}

std::optional<int32_t> Vocabulary::find(std::string_view spelling) const {
  const auto found = ids_.find(spelling);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

std::optional<uint8_t> byte_of_spelling(std::string_view spelling) {
  if (spelling.size() != 6 || !spelling.starts_with("<0x") || spelling[5] != '>') {
    return std::nullopt;
  }
  const auto high = hex_digit(spelling[3]);
  const auto low = hex_digit(spelling[4]);
  if (!high || !low) return std::nullopt;
  return static_cast<uint8_t>(*high << 4 | *low);
}

std::optional<std::vector<int32_t>> byte_tokens(const Vocabulary& vocabulary) {
  std::vector<int32_t> ids;
  for (int byte = 0; byte < 256; ++byte) {
    const auto id = vocabulary.find(fmt::format("<0x{:02X}>", byte));
    if (!id) return std::nullopt;
    ids.push_back(*id);
  }
  return ids;
}

}  // namespace tenon::text
