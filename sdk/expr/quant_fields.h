// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bounds.h"
#include "tenon/expr.h"

// Numbers of some bits as expressions: what formats read out of bytes and words.
namespace tenon::quant {

constexpr int64_t most_width = 24;

// `width` bits from bit `bit` of a string of units of `unit` bits (8 or 32), as u32. load(i) is
// unit i, of any integer type; it is only asked for units that hold wanted bits. width: at most
// most_width, or anything up to 32 when bit is proved to be a multiple of the unit.
template <class Load>
Expr bits_at(ExprPool& pool, Bounds& bounds, Expr bit, int64_t width, int64_t unit, Load load) {
  const auto u32 = [&](int64_t value) { return pool.integer(value, Type::u32); };
  const Bound bound = bounds.of(bit);
  const int64_t furthest = bound.largest_remainder(unit);
  const int64_t units = (furthest + width + unit - 1) / unit;
  const Expr first = simplify_within(pool, floor_div(bit, pool.integer(unit)), bounds);
  const Expr last = simplify_within(pool, floor_div(bit + (width - 1), pool.integer(unit)), bounds);
  const Expr shift = pool.cast(simplify_within(pool, bit % unit, bounds), Type::u32);
  Expr value;
  for (int64_t i = 0; i < units; ++i) {
    // A field that is shorter than the worst case ends in the unit `last`; what is read twice is
    // cut off by the mask.
    const Expr at = i == 0 ? first : i + 1 == units ? last : minimum(first + i, last);
    Expr part = pool.cast(load(at), Type::u32);
    if (unit == 32) {
      part = i == 0 ? pool.binary(TENON_EXPR_SHR, part, shift)
                    : pool.binary(TENON_EXPR_SHL, part, u32(unit) - shift);
    } else {
      part = pool.binary(TENON_EXPR_SHL, part, u32(unit * i));
    }
    value = i == 0 ? part : pool.binary(TENON_EXPR_OR, value, part);
  }
  if (unit != 32) value = pool.binary(TENON_EXPR_SHR, value, shift);
  const bool whole = shift.is_constant() && shift.constant() + width == units * unit;
  if (whole || width == 32) return value;
  return pool.binary(TENON_EXPR_AND, value, u32((int64_t{1} << width) - 1));
}

// 16 bits as f16, as bf16, 32 bits as f32. bits: u32.
Expr half_of(ExprPool& pool, Expr bits);
Expr bfloat_of(ExprPool& pool, Expr bits);
// The number whose low `width` bits in two's complement are `bits`; i32.
Expr signed_of(ExprPool& pool, Expr bits, int64_t width);
// 2 to an integer, exact in f32 where f32 has it.
Expr power_of_two(ExprPool& pool, Bounds& bounds, Expr exponent);
// 1 when an odd number of the bits of x is set.
Expr parity_of(ExprPool& pool, Bounds& bounds, Expr x);

}  // namespace tenon::quant
