// SPDX-License-Identifier: Apache-2.0
#include "sdk/pictures/jpeg_tables.h"

#include <algorithm>
#include <cstdint>

namespace tenon {

namespace {

constexpr uint8_t start_of_image = 0xd8, end_of_image = 0xd9, huffman_tables = 0xc4;
constexpr size_t max_symbols = 256;

uint8_t byte_at(std::span<const std::byte> bytes, size_t at) {
  return at < bytes.size() ? static_cast<uint8_t>(bytes[at]) : uint8_t{0};
}

// Position behind the next "ff xx" where xx is neither a stuffed zero nor fill.
size_t after_marker(std::span<const std::byte> bytes, size_t at) {
  for (; at + 1 < bytes.size(); ++at) {
    const uint8_t code = byte_at(bytes, at + 1);
    if (byte_at(bytes, at) == 0xff && code != 0 && code != 0xff) return at + 2;
  }
  return bytes.size();
}

// Marks without a segment: begin, end, restarts and the old temporary one.
bool stands_alone(uint8_t code) {
  return code == start_of_image || code == end_of_image || (code >= 0xd0 && code <= 0xd7) ||
         code == 0x01;
}

Status check_tables(std::span<const std::byte> segment, size_t offset) {
  size_t at = 0;
  while (at < segment.size()) {
    size_t symbols = 0;
    for (size_t i = 1; i <= 16; ++i) symbols += byte_at(segment, at + i);
    if (symbols > max_symbols) {
      return corrupt("byte {}: a Huffman table of {} symbols, at most {}", offset + at, symbols,
                     max_symbols);
    }
    at += 17 + symbols;
  }
  return at == segment.size() ? Status()
                              : corrupt("byte {}: a Huffman table leaves its segment", offset);
}

}  // namespace

Status check_jpeg_tables(std::span<const std::byte> bytes) {
  size_t at = after_marker(bytes, 0);
  while (at < bytes.size()) {
    const uint8_t code = byte_at(bytes, at - 1);
    if (!stands_alone(code)) {
      const size_t length = byte_at(bytes, at) * size_t{256} + byte_at(bytes, at + 1);
      if (length < 2 || length > bytes.size() - at) {
        return corrupt("byte {}: a segment of {} bytes, {} are left", at, length,
                       bytes.size() - at);
      }
      if (code == huffman_tables) {
        TENON_TRY(check_tables(bytes.subspan(at + 2, length - 2), at + 2));
      }
      at += length;
    }
    at = after_marker(bytes, at);
  }
  return {};
}

}  // namespace tenon
