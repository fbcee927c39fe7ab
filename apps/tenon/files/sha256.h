// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/status.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

// SHA-256 (FIPS 180-4): names the content of a file. One object a message. [one thread]
namespace tenon::files {

class Sha256 {
 public:
  void update(std::span<const std::byte> bytes);
  // Ends the message: 64 hexadecimal digits. Call once.
  std::string hex();

 private:
  void block(const std::byte* bytes);

  std::array<uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::byte, 64> rest_{};
  uint64_t bytes_ = 0;
};

// Of a regular file, read piece by piece.
Result<std::string> sha256_of_file(const std::string& path);

}  // namespace tenon::files
