// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/dtype.h"

#include <cstdint>

// One operation on strips of registers. Registers are int64_t for integers and bool, float or
// double for floats; out is never one of the operands. [any thread]
namespace tenon::strip {

constexpr int64_t length = 512;

using Step = void (*)(void* out, const void* a, const void* b, const void* c, int64_t count);

// Null for an operation that does not exist. single: floats are in float registers.
Step step_of(uint16_t op, Type type, Type operand_type, bool single);

// The same where operand b is a constant, the same in all elements: faster for shifts, and for
// products with, and divisions by, powers of two.
Step step_by_constant(uint16_t op, Type type, int64_t constant);

// out[i] = a[i >> shift], or a[i << -shift] when it is negative; type: of the registers.
Step repeat_step(Type type, bool single, int shift);

}  // namespace tenon::strip
