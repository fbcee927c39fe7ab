// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

// Seeded mutations of given inputs: the same seed and inputs give the same sequence everywhere.
// Header only, so that a fuzz target needs no library. One object, one thread.
namespace tenon::mutator {

using Bytes = std::vector<uint8_t>;

// splitmix64: small, and the same on every machine.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
  }
  // A number below `count`, which is not 0.
  size_t below(size_t count) { return static_cast<size_t>(next() % count); }

 private:
  uint64_t state_;
};

class Mutator {
 public:
  // seeds: not empty; borrowed.
  Mutator(std::span<const Bytes> seeds, uint64_t seed) : seeds_(seeds), random_(seed) {}

  Bytes next() {
    Bytes input = any_seed();
    // Few changes mostly: many seldom leave anything worth reading.
    const size_t changes = 1 + random_.below(size_t{1} << random_.below(4));
    for (size_t i = 0; i < changes; ++i) change(input);
    if (input.size() > most_bytes) input.resize(most_bytes);
    return input;
  }

 private:
  static constexpr size_t most_bytes = size_t{1} << 21;

  const Bytes& any_seed() { return seeds_[random_.below(seeds_.size())]; }

  void change(Bytes& input) {
    if (input.empty()) {
      insert(input);
      return;
    }
    switch (random_.below(10)) {
      case 0:
        input[random_.below(input.size())] ^= static_cast<uint8_t>(1u << random_.below(8));
        break;
      case 1:
        input[random_.below(input.size())] = static_cast<uint8_t>(random_.next());
        break;
      case 2:
      case 3:
        set_integer(input);
        break;
      case 4:
        set_varint(input);
        break;
      case 5:
        input.resize(random_.below(input.size()));
        break;
      case 6:
        insert(input);
        break;
      case 7:
        erase(input);
        break;
      case 8:
        copy_within(input);
        break;
      default:
        splice(input);
    }
  }

  uint64_t interesting() {
    constexpr uint64_t numbers[] = {
        0,          1,           2,         7,          8,          16,
        64,         0x7F,        0x80,      0xFF,       0x100,      0x7FFF,
        0x8000,     0xFFFF,      0x10000,   0x7FFFFFFF, 0x80000000, 0xFFFFFFFE,
        0xFFFFFFFF, 0x100000000, INT64_MAX, 1ull << 63, UINT64_MAX, UINT64_MAX - 7};
    const uint64_t number = numbers[random_.below(std::size(numbers))];
    return random_.below(4) == 0 ? number + random_.below(32) - 16 : number;
  }

  void set_integer(Bytes& input) {
    const size_t width = std::min(input.size(), size_t{1} << random_.below(4));
    size_t at = random_.below(input.size() - width + 1);
    // Fields of tables lie on multiples of their size.
    if (random_.below(2) == 0) at = at / width * width;
    uint64_t value = interesting();
    if (random_.below(3) == 0) {
      // A small step from what is there.
      value = 0;
      for (size_t i = 0; i < width; ++i) value |= uint64_t{input[at + i]} << 8 * i;
      value += random_.below(17) - 8;
    }
    for (size_t i = 0; i < width; ++i) input[at + i] = static_cast<uint8_t>(value >> 8 * i);
  }

  // The wire form of numbers in protocol buffers.
  void set_varint(Bytes& input) {
    const size_t at = random_.below(input.size());
    size_t end = at;
    while (end < input.size() && end - at < 10 && (input[end] & 0x80) != 0) ++end;
    Bytes coded;
    for (uint64_t value = interesting(); true; value >>= 7) {
      coded.push_back(static_cast<uint8_t>((value & 0x7F) | (value > 0x7F ? 0x80 : 0)));
      if (value <= 0x7F) break;
    }
    const auto first = input.begin() + static_cast<std::ptrdiff_t>(at);
    const auto last = input.begin() + static_cast<std::ptrdiff_t>(std::min(end + 1, input.size()));
    const auto place = input.erase(first, last);
    input.insert(place, coded.begin(), coded.end());
  }

  void insert(Bytes& input) {
    const size_t count = 1 + random_.below(16);
    Bytes fresh(count, static_cast<uint8_t>(random_.next()));
    if (random_.below(2) == 0) {
      for (uint8_t& byte : fresh) byte = static_cast<uint8_t>(random_.next());
    }
    const auto at = input.begin() + static_cast<std::ptrdiff_t>(random_.below(input.size() + 1));
    input.insert(at, fresh.begin(), fresh.end());
  }

  void erase(Bytes& input) {
    const size_t at = random_.below(input.size());
    const size_t most = std::min<size_t>(input.size() - at, size_t{1} << random_.below(10));
    const auto first = input.begin() + static_cast<std::ptrdiff_t>(at);
    input.erase(first, first + static_cast<std::ptrdiff_t>(1 + random_.below(most)));
  }

  // A chunk written again: over other bytes, or between them.
  void copy_within(Bytes& input) {
    const size_t from = random_.below(input.size());
    const size_t count = 1 + random_.below(std::min<size_t>(input.size() - from, 256));
    const auto first = input.begin() + static_cast<std::ptrdiff_t>(from);
    const Bytes chunk(first, first + static_cast<std::ptrdiff_t>(count));
    const size_t to = random_.below(input.size());
    if (random_.below(2) == 0) {
      input.insert(input.begin() + static_cast<std::ptrdiff_t>(to), chunk.begin(), chunk.end());
      return;
    }
    for (size_t i = 0; i < count && to + i < input.size(); ++i) input[to + i] = chunk[i];
  }

  void splice(Bytes& input) {
    const Bytes& other = any_seed();
    if (other.empty()) return;
    const size_t from = random_.below(other.size());
    input.resize(random_.below(input.size()) + 1);
    input.insert(input.end(), other.begin() + static_cast<std::ptrdiff_t>(from), other.end());
  }

  std::span<const Bytes> seeds_;
  Random random_;
};

}  // namespace tenon::mutator
