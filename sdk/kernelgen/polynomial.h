// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernelgen/builder.h"

#include <span>

// What the elementary functions of f32 and f64 share: one text for both, with coefficients for
// each. [any thread]
namespace tenon::kir {

// c[0] + c[1] x + c[2] x^2 + ..., innermost first.
inline Value polynomial(std::span<const double> coefficients, Value x) {
  Value sum = x.builder().real(coefficients.back(), x.type());
  for (size_t i = coefficients.size() - 1; i-- > 0;) sum = sum * x + coefficients[i];
  return sum;
}

// Coefficients that suffice for f32, and for f64.
struct Fit {
  std::span<const double> narrow;
  std::span<const double> wide;
};
inline bool is_wide(Value x) { return x.type() == Type::f64; }
inline Value polynomial(const Fit& fit, Value x) {
  return polynomial(is_wide(x) ? fit.wide : fit.narrow, x);
}

// A number of x's type; one that differs between the types.
inline Value number(Value x, double value) { return x.builder().real(value, x.type()); }
inline double either(Value x, double narrow, double wide) { return is_wide(x) ? wide : narrow; }

// x + x^3 P(x^2).
inline Value cubic(Value x, const Fit& fit) {
  const Value z = x * x;
  return x + x * (z * polynomial(fit, z));
}
// The magnitude with the sign of x.
inline Value odd(Value x, Value magnitude) {
  return x.builder().select(x < 0, -magnitude, magnitude);
}

// The bits of a float as integers of its width, and back.
inline Value signed_bits(Value x) {
  return x.builder().bitcast(x, is_wide(x) ? Type::i64 : Type::i32);
}
inline Value unsigned_bits(Value x) {
  return x.builder().bitcast(x, is_wide(x) ? Type::u64 : Type::u32);
}
inline Value float_of(Value bits) {
  return bits.builder().bitcast(bits, bits_in(bits.type()) == 64 ? Type::f64 : Type::f32);
}

}  // namespace tenon::kir
