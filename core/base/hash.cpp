// SPDX-License-Identifier: Apache-2.0
#include "core/base/hash.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace tenon {
namespace {

using State = std::array<uint64_t, 4>;

uint64_t word_at(const std::byte* bytes) {
  uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

void round(State& v) {
  v[0] += v[1];
  v[1] = std::rotl(v[1], 13) ^ v[0];
  v[0] = std::rotl(v[0], 32);
  v[2] += v[3];
  v[3] = std::rotl(v[3], 16) ^ v[2];
  v[0] += v[3];
  v[3] = std::rotl(v[3], 21) ^ v[0];
  v[2] += v[1];
  v[1] = std::rotl(v[1], 17) ^ v[2];
  v[2] = std::rotl(v[2], 32);
}

void absorb(State& v, uint64_t word) {
  v[3] ^= word;
  round(v);
  round(v);
  v[0] ^= word;
}

uint64_t squeeze(State& v) {
  for (int i = 0; i < 4; ++i) round(v);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}

}  // namespace

std::string Hash128::text() const {
  std::string out;
  for (const uint64_t word : {low, high}) {
    for (int byte = 0; byte < 8; ++byte) out += fmt::format("{:02x}", word >> (8 * byte) & 0xFF);
  }
  return out;
}

Hasher::Hasher(uint64_t key0, uint64_t key1)
    : state_{key0 ^ 0x736f6d6570736575, key1 ^ 0x646f72616e646f6d ^ 0xee, key0 ^ 0x6c7967656e657261,
             key1 ^ 0x7465646279746573} {}

Hasher& Hasher::add(std::span<const std::byte> bytes) {
  size_t held = size_ % 8;
  size_ += bytes.size();
  if (held > 0) {
    const size_t taken = std::min(8 - held, bytes.size());
    std::copy_n(bytes.begin(), taken, tail_.begin() + static_cast<ptrdiff_t>(held));
    bytes = bytes.subspan(taken);
    if (held + taken < 8) return *this;
    absorb(state_, word_at(tail_.data()));
  }
  for (; bytes.size() >= 8; bytes = bytes.subspan(8)) absorb(state_, word_at(bytes.data()));
  std::ranges::copy(bytes, tail_.begin());
  return *this;
}

Hasher& Hasher::add_field(std::string_view text) {
  const uint64_t size = text.size();
  return add(std::as_bytes(std::span(&size, 1))).add(std::as_bytes(std::span(text)));
}

Hash128 Hasher::finish() const {
  State v = state_;
  std::array<std::byte, 8> last{};
  std::copy_n(tail_.begin(), size_ % 8, last.begin());
  absorb(v, word_at(last.data()) | size_ << 56);
  v[2] ^= 0xee;
  Hash128 hash;
  hash.low = squeeze(v);
  v[1] ^= 0xdd;
  hash.high = squeeze(v);
  return hash;
}

Hash128 hash_of(std::span<const std::byte> bytes) { return Hasher().add(bytes).finish(); }
Hash128 hash_of(std::string_view text) { return hash_of(std::as_bytes(std::span(text))); }

}  // namespace tenon
