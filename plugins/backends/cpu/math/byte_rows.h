// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// Rows of bytes, moved and compared. What is written may reach up to byte_slack bytes behind the
// end of `to`, except where it says "exactly". Pure functions. [any thread]
namespace tenon::cpu {

constexpr int64_t byte_slack = 64;

// Rows of a plane, each with what lies before and behind it.
struct PaddedRows {
  const uint8_t* from = nullptr;  // the first byte that is copied
  int64_t stride = 0;             // between rows of `from`
  int64_t step = 1;               // between bytes that are copied
  int64_t rows = 0;
  int64_t count = 0;   // bytes copied of each row
  int64_t before = 0;  // bytes of `fill` before them
  int64_t pitch = 0;   // bytes of a made row
  uint8_t fill = 0;
};

struct ByteRows {
  void (*pad)(const PaddedRows& rows, uint8_t* to);
  // The first `count` bytes of rows `pitch` apart, written `stride` apart, exactly.
  void (*cut)(const uint8_t* from, int64_t rows, int64_t pitch, int64_t count, uint8_t* to,
              int64_t stride);
  // to[i] = the greatest of from[offsets[t] + i] over taps, as u8 or as i8. Reads byte_slack bytes
  // behind the last.
  void (*largest_unsigned)(const uint8_t* from, const int64_t* offsets, int64_t taps, int64_t count,
                           uint8_t* to);
  void (*largest_signed)(const uint8_t* from, const int64_t* offsets, int64_t taps, int64_t count,
                         uint8_t* to);
};

const ByteRows& byte_rows();

}  // namespace tenon::cpu
