// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernelgen/builder.h"

// Arithmetic of 64-bit integers on pairs of u32. [any thread]
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
Halves divide(Halves a, Halves b, bool is_signed);
Halves remainder(Halves a, Halves b, bool is_signed);
// Amounts are below 64.
Halves shift_left(Halves a, Value amount);
Halves shift_right(Halves a, Value amount, bool is_signed);
Halves select(Value condition, Halves yes, Halves no);
Halves negate(Halves a);
Halves absolute(Halves a);
Value is_less(Halves a, Halves b, bool is_signed);
Value is_equal(Halves a, Halves b);

// From and to the other types. A float must be in range.
Halves widen(Value value);
Halves from_float(Value x, bool is_signed);
Value to_float(Halves a, Type type, bool is_signed);

}  // namespace tenon::kir
