// SPDX-License-Identifier: Apache-2.0
#include "quant_fields.h"

#include <cmath>

namespace tenon::quant {
namespace {

Expr u32(ExprPool& pool, int64_t value) { return pool.integer(value, Type::u32); }

Expr shifted_left(Expr x, int64_t by) {
  return x.pool().binary(TENON_EXPR_SHL, x, x.pool().integer(by, x.type()));
}

}  // namespace

Expr half_of(ExprPool& pool, Expr bits) {
  constexpr int64_t least_normal = 0x400, infinity = 0x7C00, sign = 0x8000;
  // From the bias of f16 to that of f32; infinity and NaN go to the largest exponent.
  constexpr int64_t rebias = int64_t{112} << 23, rebias_infinity = int64_t{224} << 23;
  const Expr magnitude = pool.binary(TENON_EXPR_AND, bits, u32(pool, sign - 1));
  const Expr offset = select(magnitude < infinity, u32(pool, rebias), u32(pool, rebias_infinity));
  const Expr normal = pool.bitcast(shifted_left(magnitude, 13) + offset, Type::f32);
  const Expr small = pool.cast(magnitude, Type::f32) * pool.real(std::ldexp(1.0, -24));
  const Expr absolute = select(magnitude < least_normal, small, normal);
  return select(bits < sign, absolute, -absolute);
}

Expr bfloat_of(ExprPool& pool, Expr bits) {
  return pool.bitcast(shifted_left(bits, 16), Type::f32);
}

Expr signed_of(ExprPool& pool, Expr bits, int64_t width) {
  const Expr number = pool.cast(bits, Type::i32);
  if (width >= 32) return number;
  const int64_t half = int64_t{1} << (width - 1);
  return pool.binary(TENON_EXPR_XOR, number, pool.integer(half, Type::i32)) - half;
}

Expr power_of_two(ExprPool& pool, Bounds& bounds, Expr exponent) {
  constexpr int64_t bias = 127;
  const Expr x = pool.cast(exponent, Type::i32);
  const auto power = [&](Expr e) {
    const Expr field = pool.cast(e + bias, Type::u32);
    return pool.bitcast(shifted_left(field, 23), Type::f32);
  };
  if (bounds.of(x).within(1 - bias, bias)) return power(x);
  // Two factors reach the subnormal numbers too.
  const Expr half = floor_div(x, pool.integer(2, Type::i32));
  const auto held = [&](Expr e) {
    return maximum(minimum(e, pool.integer(bias, Type::i32)), pool.integer(1 - bias, Type::i32));
  };
  return power(held(half)) * power(held(x - half));
}

Expr parity_of(ExprPool& pool, Bounds& bounds, Expr x) {
  Expr bits = pool.cast(x, Type::u32);
  const int64_t high = bounds.of(bits).high;
  for (const int64_t by : {16, 8, 4, 2, 1}) {
    if (high < int64_t{1} << by) continue;
    bits = pool.binary(TENON_EXPR_XOR, bits, pool.binary(TENON_EXPR_SHR, bits, u32(pool, by)));
  }
  return pool.cast(pool.binary(TENON_EXPR_AND, bits, u32(pool, 1)), Type::i32);
}

}  // namespace tenon::quant
