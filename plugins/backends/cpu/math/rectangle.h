// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// What comes behind the sums of a product, in place. [any thread]
namespace tenon::cpu {

// numbers = min(high, max(low, numbers + addends)). NaN stays.
struct RectangleEnd {
  int64_t rows = 0;
  int64_t columns = 0;
  float* numbers = nullptr;
  int64_t row = 0;               // from row to row
  const float* addends[2] = {};  // or null
  int64_t addend_rows[2] = {};
  float low = 0;
  float high = 0;
};

struct Rectangle {
  void (*end)(const RectangleEnd& end);
};

const Rectangle& rectangle();

}  // namespace tenon::cpu
