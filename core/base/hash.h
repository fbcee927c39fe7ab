// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

// 128-bit content hash: SipHash-2-4 with a 128-bit result and a fixed key. The same bytes give the
// same hash on every machine and in every release; it names entries of caches. One thread per
// Hasher.
namespace tenon {

struct Hash128 {
  uint64_t low = 0;
  uint64_t high = 0;
  auto operator<=>(const Hash128&) const = default;
  // 32 hexadecimal digits, the first byte of the hash first.
  std::string text() const;
};

class Hasher {
 public:
  Hasher() : Hasher(0x0706050403020100, 0x0f0e0d0c0b0a0908) {}
  Hasher(uint64_t key0, uint64_t key1);

  Hasher& add(std::span<const std::byte> bytes);
  // Bytes with their length in front, so that ("ab", "c") differs from ("a", "bc").
  Hasher& add_field(std::string_view text);
  // Of all that was added so far; adding may go on.
  Hash128 finish() const;

 private:
  std::array<uint64_t, 4> state_;
  std::array<std::byte, 8> tail_{};
  uint64_t size_ = 0;
};

Hash128 hash_of(std::span<const std::byte> bytes);
Hash128 hash_of(std::string_view text);

}  // namespace tenon
