// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernelgen/builder.h"

// Arithmetic of 64-bit integers on pairs of u32; `of` is i64 or u64 where it matters. [any thread]
namespace tenon::kir {

struct Halves {
  Value low;
  Value high;
};

Halves halves(Builder& builder, uint64_t bits);
Halves add(Halves a, Halves b);
Halves subtract(Halves a, Halves b);
Halves multiply(Halves a, Halves b);
// b is not zero.
Halves divide(Halves a, Halves b, Type of);
Halves remainder(Halves a, Halves b, Type of);
// Amounts are below 64.
Halves shift_left(Halves a, Value amount);
Halves shift_right(Halves a, Value amount, Type of);
Halves select(Value condition, Halves yes, Halves no);
Halves negate(Halves a);
Halves absolute(Halves a);
Value is_less(Halves a, Halves b, Type of);
Value is_equal(Halves a, Halves b);

// From and to the other types. A float must be in range.
Halves widen(Value value);
Halves from_float(Value x, Type of);
Value to_float(Halves a, Type of, Type type);

}  // namespace tenon::kir
