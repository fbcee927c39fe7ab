// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstdint>

// A small generator of random numbers (xoshiro256++), the same on every machine for the same seed.
// A value; one thread at a time.
namespace tenon::text {

class Random {
 public:
  explicit Random(uint64_t seed) {
    for (uint64_t& word : state_) word = spread(seed);
  }

  uint64_t next() {
    const uint64_t made = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return made;
  }

  // At least 0 and less than 1, in steps of 2^-53.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

 private:
  // Splitmix64: makes four unlike words of any seed.
  static uint64_t spread(uint64_t& seed) {
    seed += 0x9E3779B97F4A7C15u;
    uint64_t word = seed;
    word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9u;
    word = (word ^ (word >> 27)) * 0x94D049BB133111EBu;
    return word ^ (word >> 31);
  }

  std::array<uint64_t, 4> state_{};
};

}  // namespace tenon::text
