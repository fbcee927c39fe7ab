// SPDX-License-Identifier: Apache-2.0
#include "tokenizer/charsmap.h"

#include "tenon/json.h"
#include "tokenizer/unicode.h"

#include <algorithm>
#include <cstring>

namespace tenon::text {
namespace {

constexpr size_t most_bytes = size_t{16} << 20;
constexpr size_t most_replacement = 255;

uint32_t offset(uint32_t unit) { return (unit >> 10) << ((unit & 0x200) >> 6); }
uint32_t label(uint32_t unit) { return unit & 0x800000FF; }
bool has_leaf(uint32_t unit) { return (unit >> 8 & 1) != 0; }
uint32_t value(uint32_t unit) { return unit & 0x7FFFFFFF; }
// Leaves are told from inner units by their top bit.
bool is_leaf(uint32_t unit) { return unit >> 31 != 0; }

Status check_pool(const std::string& pool) {
  size_t begin = 0;
  for (size_t end = pool.find('\0'); end != std::string::npos; end = pool.find('\0', begin)) {
    if (end - begin > most_replacement) {
      return corrupt("charsmap: a replacement has {} bytes, at most {} are read", end - begin,
                     most_replacement);
    }
    begin = end + 1;
  }
  return {};
}

}  // namespace

Result<Charsmap> Charsmap::read(std::string_view blob) {
  Charsmap map;
  if (blob.empty()) return map;
  if (blob.size() > most_bytes) {
    return invalid("charsmap: {} bytes, at most {} are read", blob.size(), most_bytes);
  }
  uint32_t bytes = 0;
  if (blob.size() < 4) return corrupt("charsmap: {} bytes, too few for its length", blob.size());
  std::memcpy(&bytes, blob.data(), 4);
  if (bytes < 4 || bytes % 4 != 0 || bytes > blob.size() - 4) {
    return corrupt("charsmap: a table of {} bytes in a blob of {}", bytes, blob.size());
  }
  map.units_.resize(bytes / 4);
  std::memcpy(map.units_.data(), blob.data() + 4, bytes);
  map.pool_ = blob.substr(4 + bytes);
  if (map.pool_.empty() || map.pool_.back() != '\0') {
    return corrupt("charsmap: its replacements do not end with a zero byte");
  }
  if (!is_utf8(map.pool_)) return corrupt("charsmap: a replacement is no UTF-8");
  TENON_TRY(check_pool(map.pool_));
  for (const uint32_t unit : map.units_) {
    if (!is_leaf(unit)) continue;
    const uint32_t at = value(unit);
    if (at >= map.pool_.size() || (at > 0 && map.pool_[at - 1] != '\0')) {
      return corrupt("charsmap: no replacement begins at {}", at);
    }
  }
  return map;
}

template <class Found>
void Charsmap::each_prefix(std::string_view text, Found&& found) const {
  if (units_.empty()) return;
  uint32_t at = offset(units_[0]);
  for (size_t i = 0; i < text.size() && text[i] != '\0'; ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    at ^= byte;
    if (at >= units_.size() || label(units_[at]) != byte) return;
    const uint32_t unit = units_[at];
    at ^= offset(unit);
    if (at >= units_.size()) return;
    // A key that ends inside a character would leave half of it.
    const bool whole = character_begin(text, i + 1) == i + 1;
    if (whole && has_leaf(unit) && is_leaf(units_[at])) found(i + 1, value(units_[at]));
  }
}

Charsmap::Match Charsmap::longest(std::string_view text) const {
  Match match;
  each_prefix(text, [&](size_t length, uint32_t place) { match = {length, at(place)}; });
  return match;
}

Charsmap::Match Charsmap::shortest(std::string_view text) const {
  Match match;
  each_prefix(text, [&](size_t length, uint32_t place) {
    if (match.length == 0) match = {length, at(place)};
  });
  return match;
}

}  // namespace tenon::text
