// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/expr.h"
#include "tenon/dtype.h"

#include <cstdint>

// What is known of an integer: it lies in [low, high]. [any thread]
namespace tenon::kir {

struct Range {
  int64_t low = INT64_MIN;
  int64_t high = INT64_MAX;
  bool fits_i32() const { return low >= INT32_MIN && high <= INT32_MAX; }
  bool contains(int64_t value) const { return low <= value && value <= high; }
  bool within(int64_t from, int64_t to) const { return low >= from && high <= to; }
};

// All values of an integer type; of others everything.
Range whole(Type type);
// The range of an operation of integers; whole(type) when the exact result may not fit the type.
Range range_of(uint16_t op, Type type, Range a, Range b, Range c);

}  // namespace tenon::kir
