// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/dtype.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

// The float types that exist in memory only, to and from float and double. Everything rounds half
// to even, once. [any thread]
namespace tenon::narrow {

// A float of at most 8 bits: sign, exponent, mantissa.
struct Format {
  int mantissa_bits;
  int bias;
  int sign_bit;
  int largest;   // code of the largest finite number
  int overflow;  // code of what is larger
  int nan;
  bool negative_zero;
};

constexpr Format format_of(DType dtype) {
  switch (dtype) {
    case DType::f8e4m3fn:
      return {3, 7, 7, 0x7E, 0x7F, 0x7F, true};
    case DType::f8e4m3fnuz:
      return {3, 8, 7, 0x7F, 0x80, 0x80, false};
    case DType::f8e5m2:
      return {2, 15, 7, 0x7B, 0x7C, 0x7E, true};
    case DType::f8e5m2fnuz:
      return {2, 16, 7, 0x7F, 0x80, 0x80, false};
    default:  // f4e2m1 has neither infinity nor NaN
      return {1, 1, 3, 0x7, 0x7, 0x8, true};
  }
}

constexpr double power_of_two(int exponent) {
  return std::bit_cast<double>(static_cast<uint64_t>(exponent + 1023) << 52);
}

constexpr float decode(DType dtype, int code) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  if (dtype == DType::f8e8m0) {
    return code == 0xFF ? nan : static_cast<float>(power_of_two(code - 127));
  }
  const Format f = format_of(dtype);
  const int sign = 1 << f.sign_bit;
  const int size = code & (sign - 1);
  if (!f.negative_zero && code == f.nan) return nan;
  float value = 0;
  if (size > f.largest) {
    value =
        size == f.overflow && f.overflow != f.nan ? std::numeric_limits<float>::infinity() : nan;
  } else {
    const int exponent = size >> f.mantissa_bits;
    const int mantissa = size & ((1 << f.mantissa_bits) - 1);
    const int whole = exponent == 0 ? mantissa : mantissa + (1 << f.mantissa_bits);
    const int scale = (exponent == 0 ? 1 : exponent) - f.bias - f.mantissa_bits;
    value = static_cast<float>(whole * power_of_two(scale));
  }
  return (code & sign) != 0 ? -value : value;
}

template <DType D>
constexpr std::array<float, 256> make_table() {
  std::array<float, 256> table{};
  for (int code = 0; code < 256; ++code) {
    table[static_cast<size_t>(code)] = decode(D, D == DType::f4e2m1 ? code & 0xF : code);
  }
  return table;
}

template <DType D>
inline constexpr std::array<float, 256> table = make_table<D>();

// 2^n: the sign is dropped, zero is the least power; halves of a step go up.
inline uint8_t encode_power(double value) {
  if (!std::isfinite(value)) return 0xFF;
  const uint64_t bits = std::bit_cast<uint64_t>(value);
  const int64_t exponent = static_cast<int64_t>(bits >> 52 & 0x7FF) - 1023;
  const int64_t code = exponent + 127 + static_cast<int64_t>(bits >> 51 & 1);
  return static_cast<uint8_t>(code < 0 ? 0 : code > 254 ? 254 : code);
}

inline uint8_t encode(DType dtype, double value) {
  if (dtype == DType::f8e8m0) return encode_power(value);
  const Format f = format_of(dtype);
  const bool negative = std::signbit(value);
  if (std::isnan(value)) {
    return static_cast<uint8_t>(f.nan | (f.sign_bit == 7 && negative ? 0x80 : 0));
  }
  const double size = std::fabs(value);
  const int least = 1 - f.bias;
  const int own = static_cast<int>(std::bit_cast<uint64_t>(size) >> 52) - 1023;
  const int exponent = own < least ? least : own;
  // Whole steps of the exponent's size; a carry moves into the exponent by itself.
  const double steps = std::nearbyint(size * power_of_two(f.mantissa_bits - exponent));
  const bool beyond = exponent > 64;
  const int64_t code = beyond ? INT16_MAX
                              : (static_cast<int64_t>(exponent + f.bias - 1) << f.mantissa_bits) +
                                    static_cast<int64_t>(steps);
  if (code > f.largest && !f.negative_zero) return static_cast<uint8_t>(f.nan);
  const auto kept = static_cast<uint8_t>(code > f.largest ? f.overflow : code);
  if (!negative || (kept == 0 && !f.negative_zero)) return kept;
  return static_cast<uint8_t>(kept | 1 << f.sign_bit);
}

inline float decode_half(uint16_t bits) {
  const uint32_t sign = static_cast<uint32_t>(bits & 0x8000) << 16;
  const uint32_t size = static_cast<uint32_t>(bits & 0x7FFF) << 13;
  const float scaled = std::bit_cast<float>(size) * 0x1p112f;
  const uint32_t special = size >= 0x0F800000 ? 0x7F800000u : 0u;  // infinity and NaN
  return std::bit_cast<float>(std::bit_cast<uint32_t>(scaled) | special | sign);
}

inline float decode_bfloat(uint16_t bits) {
  return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
}

// A double as a float from which it can be rounded again: inexact results have an odd last bit.
inline float to_odd(double value) {
  const float near = static_cast<float>(value);
  const uint32_t bits = std::bit_cast<uint32_t>(near);
  const bool inexact = static_cast<double>(near) != value && value == value;
  const bool away = std::fabs(static_cast<double>(near)) > std::fabs(value);
  return std::bit_cast<float>(inexact ? (away ? bits - 1 : bits) | 1u : bits);
}
inline float to_odd(float value) { return value; }

inline uint16_t encode_half(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const uint32_t sign = bits >> 16 & 0x8000;
  const uint32_t size = bits & 0x7FFFFFFF;
  // Small numbers: adding 0.5 leaves the steps of the smallest halves in the low bits.
  const uint32_t small =
      std::bit_cast<uint32_t>(std::bit_cast<float>(size) + 0.5f) - std::bit_cast<uint32_t>(0.5f);
  const uint32_t normal = (size - 0x38000000 + 0xFFF + (size >> 13 & 1)) >> 13;
  const uint32_t special = size > 0x7F800000 ? 0x7E00 : 0x7C00;
  const uint32_t code = size >= 0x47800000 ? special : size < 0x38800000 ? small : normal;
  return static_cast<uint16_t>(code | sign);
}

inline uint16_t encode_bfloat(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const uint32_t rounded = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
  const uint32_t nan = bits >> 16 | 0x40;
  return static_cast<uint16_t>((bits & 0x7FFFFFFF) > 0x7F800000 ? nan : rounded);
}

}  // namespace tenon::narrow
