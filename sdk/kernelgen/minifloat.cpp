// SPDX-License-Identifier: Apache-2.0
#include "minifloat.h"

#include <cmath>

namespace tenon::kir {

std::optional<Minifloat> minifloat(DType dtype) {
  switch (dtype) {
    case DType::f8e4m3fn:
      return Minifloat{4, 3, 7, 0x7E, -1, 0x7F, true};
    case DType::f8e4m3fnuz:
      return Minifloat{4, 3, 8, 0x7F, -1, 0x80, false};
    case DType::f8e5m2:
      return Minifloat{5, 2, 15, 0x7B, 0x7C, 0x7F, true};
    case DType::f8e5m2fnuz:
      return Minifloat{5, 2, 16, 0x7F, -1, 0x80, false};
    case DType::f4e2m1:
      return Minifloat{2, 1, 1, 0x7, -1, -1, true};
    default:
      return std::nullopt;
  }
}

namespace {

Value bits(Value x, Op op, uint32_t y) {
  return x.builder().binary(op, x, x.builder().integer(y, Type::u32));
}

}  // namespace

Value decode(const Minifloat& format, Value code) {
  Builder& b = code.builder();
  const uint32_t width = format.exponent_bits + format.mantissa_bits;
  const Value magnitude = bits(code, Op::bit_and, (1u << width) - 1);
  const Value exponent = bits(magnitude, Op::shr, format.mantissa_bits);
  const Value fraction = bits(magnitude, Op::bit_and, (1u << format.mantissa_bits) - 1);
  const double unit = std::ldexp(1.0, 1 - format.bias - static_cast<int>(format.mantissa_bits));
  const Value small = b.cast(fraction, Type::f32) * unit;
  const Value shifted = bits(magnitude, Op::shl, 23 - format.mantissa_bits);
  const Value normal =
      b.bitcast(shifted + static_cast<double>((127 - format.bias) << 23), Type::f32);
  Value y = b.select(exponent == 0, small, normal);
  if (format.infinity >= 0) y = b.select(magnitude == format.infinity, b.real(INFINITY), y);
  y = b.select(bits(code, Op::shr, width) == 1, -y, y);
  if (format.nan < 0) return y;
  const Value nan = format.infinity >= 0 ? magnitude > format.infinity
                    : format.signed_zero ? magnitude == format.nan
                                         : code == format.nan;
  return b.select(nan, b.real(NAN), y);
}

Value encode(const Minifloat& format, Value x) {
  Builder& b = x.builder();
  const uint32_t width = format.exponent_bits + format.mantissa_bits;
  const uint32_t cut = 23 - format.mantissa_bits;
  const Value raw = b.bitcast(x, Type::u32);
  const Value magnitude = bits(raw, Op::bit_and, 0x7FFFFFFFu);
  const Value a = b.bitcast(magnitude, Type::f32);
  const Value lowest_bit = bits(bits(magnitude, Op::shr, cut), Op::bit_and, 1);
  const Value rounded = magnitude + static_cast<double>((1u << (cut - 1)) - 1) + lowest_bit;
  const Value normal = bits(rounded - static_cast<double>((127 - format.bias) << 23), Op::shr, cut);
  const double units = std::ldexp(1.0, format.bias - 1 + static_cast<int>(format.mantissa_bits));
  const double smallest_normal = std::ldexp(1.0, 1 - format.bias);
  const Value near = b.select(a < smallest_normal, a, b.real(0));
  const Value small = b.cast(b.unary(Op::round, near * units), Type::u32);
  // What is too large becomes infinity, or NaN where there is none, or the largest where neither is.
  const int beyond = format.infinity >= 0 ? format.infinity
                     : format.nan >= 0    ? format.nan
                                          : format.largest;
  const Value big = b.select(a < 1e6, normal, b.integer(format.largest + 1, Type::u32));
  const Value exact = b.select(a < smallest_normal, small, big);
  const Value too_large = exact > format.largest;
  const Value code = b.select(too_large, b.integer(beyond, Type::u32), exact);
  const Value sign = bits(bits(raw, Op::shr, 31), Op::shl, width);
  const Value zero = b.integer(0, Type::u32);
  if (!format.signed_zero) {
    const Value nan = b.integer(format.nan, Type::u32);
    const Value y = b.select(too_large, nan, code + b.select(code == 0, zero, sign));
    return b.select(x == x, y, nan);
  }
  // Without a NaN, that of others becomes negative zero.
  const int64_t nan = format.nan >= 0 ? format.nan : int64_t{1} << width;
  return b.select(x == x, code + sign, b.integer(nan, Type::u32));
}

}  // namespace tenon::kir
