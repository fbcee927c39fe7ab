// SPDX-License-Identifier: Apache-2.0
#include "halves.h"

namespace tenon::kir {
namespace {

Value word(Builder& b, uint32_t bits) { return b.integer(bits, Type::u32); }
Value left(Value a, Value by) { return a.builder().binary(Op::shl, a, by); }
Value right(Value a, Value by) { return a.builder().binary(Op::shr, a, by); }
Value both(Op op, Value a, Value b) { return a.builder().binary(op, a, b); }
Value as_signed(Value a) { return a.builder().bitcast(a, Type::i32); }
Value as_word(Value a) { return a.builder().bitcast(a, Type::u32); }
// 0 or all ones, as the sign of a word.
Value sign_of(Value a) { return as_word(both(Op::shr, as_signed(a), a.builder().integer(31))); }
Value is_negative(Halves a) { return as_signed(a.high) < 0; }

// The upper half of a product of words, by halves of theirs.
Value high_product(Value a, Value b) {
  Builder& builder = a.builder();
  const Value mask = word(builder, 0xFFFF);
  const Value by = word(builder, 16);
  const Value a0 = both(Op::bit_and, a, mask), a1 = right(a, by);
  const Value b0 = both(Op::bit_and, b, mask), b1 = right(b, by);
  const Value middle = a1 * b0 + right(a0 * b0, by);
  const Value cross = a0 * b1 + both(Op::bit_and, middle, mask);
  return a1 * b1 + right(middle, by) + right(cross, by);
}

struct Division {
  Halves quotient;
  Halves rest;
};

// Bit by bit, but for numbers of 32 bits, which most are.
Division divide_unsigned(Halves a, Halves b) {
  Builder& builder = a.low.builder();
  const Value zero = word(builder, 0);
  const Value is_small = (a.high == zero) & (b.high == zero);
  const Value divisor = builder.select(is_small, b.low, word(builder, 1));
  const Variable quotient_low = builder.variable(a.low / divisor);
  const Variable quotient_high = builder.variable(zero);
  const Variable rest_low = builder.variable(a.low % divisor);
  const Variable rest_high = builder.variable(zero);
  builder.when(!is_small, [&] {
    builder.set(quotient_low, zero);
    builder.set(rest_low, zero);
    builder.loop(builder.integer(0), builder.integer(64), builder.integer(1), [&](Value i) {
      const Value bit = builder.bitcast(builder.integer(63) - i, Type::u32);
      const Value next = both(Op::bit_and, shift_right(a, bit, Type::u64).low, word(builder, 1));
      const Halves shifted =
          shift_left({builder.get(rest_low), builder.get(rest_high)}, word(builder, 1));
      const Halves rest = {both(Op::bit_or, shifted.low, next), shifted.high};
      // A bit that leaves the rest means that the divisor fits.
      const Value lost = sign_of(builder.get(rest_high)) != zero;
      const Value fits = lost | !is_less(rest, b, Type::u64);
      const Halves left_over = select(fits, subtract(rest, b), rest);
      const Halves doubled =
          shift_left({builder.get(quotient_low), builder.get(quotient_high)}, word(builder, 1));
      builder.set(rest_low, left_over.low);
      builder.set(rest_high, left_over.high);
      builder.set(quotient_low, doubled.low + builder.cast(fits, Type::u32));
      builder.set(quotient_high, doubled.high);
    });
  });
  return {{builder.get(quotient_low), builder.get(quotient_high)},
          {builder.get(rest_low), builder.get(rest_high)}};
}

// Places that a word's bits take.
Value bit_length(Value a) {
  Builder& b = a.builder();
  Value length = word(b, 0);
  for (const uint32_t step : {16u, 8u, 4u, 2u, 1u}) {
    const Value above = right(a, word(b, step));
    const Value has_more = above != word(b, 0);
    length = length + b.select(has_more, word(b, step), word(b, 0));
    a = b.select(has_more, above, a);
  }
  return length + a;  // what is left is 0 or 1
}

}  // namespace

Halves halves(Builder& builder, uint64_t bits) {
  return {word(builder, static_cast<uint32_t>(bits)),
          word(builder, static_cast<uint32_t>(bits >> 32))};
}

Halves add(Halves a, Halves b) {
  const Value low = a.low + b.low;
  const Value carry = low.builder().cast(low < a.low, Type::u32);
  return {low, a.high + b.high + carry};
}

Halves subtract(Halves a, Halves b) {
  const Value borrow = a.low.builder().cast(a.low < b.low, Type::u32);
  return {a.low - b.low, a.high - b.high - borrow};
}

Halves multiply(Halves a, Halves b) {
  return {a.low * b.low, high_product(a.low, b.low) + a.low * b.high + a.high * b.low};
}

Halves divide(Halves a, Halves b, Type of) {
  if (!is_signed(of)) return divide_unsigned(a, b).quotient;
  const Halves size = divide_unsigned(absolute(a), absolute(b)).quotient;
  return select(both(Op::bit_xor, is_negative(a), is_negative(b)), negate(size), size);
}

Halves remainder(Halves a, Halves b, Type of) {
  if (!is_signed(of)) return divide_unsigned(a, b).rest;
  const Halves size = divide_unsigned(absolute(a), absolute(b)).rest;
  return select(is_negative(a), negate(size), size);
}

Halves shift_left(Halves a, Value amount) {
  Builder& b = a.low.builder();
  const Value by = both(Op::bit_and, amount, word(b, 31));
  const Value low = left(a.low, by);
  // Never by 32 at once.
  const Value over = right(right(a.low, word(b, 1)), word(b, 31) - by);
  const Value high = both(Op::bit_or, left(a.high, by), over);
  const Value is_far = amount >= word(b, 32);
  return {b.select(is_far, word(b, 0), low), b.select(is_far, low, high)};
}

Halves shift_right(Halves a, Value amount, Type of) {
  Builder& b = a.low.builder();
  const Value by = both(Op::bit_and, amount, word(b, 31));
  const Value fill = is_signed(of) ? sign_of(a.high) : word(b, 0);
  const Value high =
      is_signed(of) ? as_word(right(as_signed(a.high), as_signed(by))) : right(a.high, by);
  const Value over = left(left(a.high, word(b, 1)), word(b, 31) - by);
  const Value low = both(Op::bit_or, right(a.low, by), over);
  const Value is_far = amount >= word(b, 32);
  return {b.select(is_far, high, low), b.select(is_far, fill, high)};
}

Halves select(Value condition, Halves yes, Halves no) {
  Builder& b = condition.builder();
  return {b.select(condition, yes.low, no.low), b.select(condition, yes.high, no.high)};
}

Halves negate(Halves a) { return subtract(halves(a.low.builder(), 0), a); }
Halves absolute(Halves a) { return select(is_negative(a), negate(a), a); }

Value is_less(Halves a, Halves b, Type of) {
  const Value high = is_signed(of) ? as_signed(a.high) < as_signed(b.high) : a.high < b.high;
  return high | ((a.high == b.high) & (a.low < b.low));
}

Value is_equal(Halves a, Halves b) { return (a.low == b.low) & (a.high == b.high); }

Halves widen(Value value) {
  Builder& b = value.builder();
  if (value.type() == Type::i32) return {as_word(value), sign_of(as_word(value))};
  return {b.cast(value, Type::u32), word(b, 0)};
}

// Through the size: only there the lower half of a small number is a float.
Halves from_float(Value x, Type of) {
  Builder& b = x.builder();
  const Value whole = b.unary(Op::abs, b.unary(Op::trunc, x));
  const Value high = b.unary(Op::floor, whole * 0x1p-32);
  const Value low = whole - high * 0x1p32;
  const Halves size = {b.cast(low, Type::u32), b.cast(high, Type::u32)};
  return is_signed(of) ? select(x < 0, negate(size), size) : size;
}

Value to_float(Halves a, Type of, Type type) {
  Builder& b = a.low.builder();
  const Halves size = is_signed(of) ? absolute(a) : a;
  Value y;
  if (type == Type::f64) {
    y = b.cast(size.high, type) * 0x1p32 + b.cast(size.low, type);
  } else {
    // The leading 32 bits; those behind them are remembered by the last, so that rounding once is
    // rounding right.
    const Value length = bit_length(size.high);
    const Halves leading = shift_right(size, length, Type::u64);
    const Halves back = shift_left(leading, length);
    const Value rest = b.cast(!is_equal(back, size), Type::u32);
    const Value number = b.cast(both(Op::bit_or, leading.low, rest), type);
    y = number * b.bitcast(left(length + 127.0, word(b, 23)), Type::f32);
  }
  return is_signed(of) ? b.select(is_negative(a), -y, y) : y;
}

}  // namespace tenon::kir
