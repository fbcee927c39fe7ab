// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// Numbers to bytes with one scale. Pure functions. [any thread]
namespace tenon::cpu {

struct Range {
  float low;
  float high;
};

struct Quantize {
  // Least and greatest number, and 0; NaN is passed over.
  Range (*range)(const float* from, int64_t count);
  // round(from / scale) + zero, kept in [low, high]; bytes of i8 or u8.
  void (*to_bytes)(const float* from, int64_t count, float scale, float zero, Range limits,
                   uint8_t* to);
};

const Quantize& quantize();

}  // namespace tenon::cpu
