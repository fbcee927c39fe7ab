// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/expr_ops.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

// One operation on one element, for each operation and type: what folding and the strip VM share.
// Integers travel as int64_t already wrapped to their type; float types as F (float or double).
// Nothing here can overflow or divide by zero in the sense of the language.
namespace tenon::arithmetic {

// The value as its type holds it: u32 zero-extended, i32 sign-extended, bool 0 or 1.
template <Type T>
constexpr int64_t wrap(uint64_t value) {
  if constexpr (T == Type::boolean) return value != 0 ? 1 : 0;
  if constexpr (T == Type::i32) return static_cast<int32_t>(static_cast<uint32_t>(value));
  if constexpr (T == Type::u32) return static_cast<uint32_t>(value);
  return static_cast<int64_t>(value);
}

constexpr bool is_unsigned(Type type) {
  return type == Type::boolean || type == Type::u32 || type == Type::u64;
}

template <Type T, class F>
constexpr F to_float(int64_t value) {
  if constexpr (T == Type::u64) return static_cast<F>(static_cast<uint64_t>(value));
  return static_cast<F>(value);
}

// Float to integer: saturates, NaN gives 0; bool is value != 0.
template <Type T, class F>
constexpr int64_t from_float(F value) {
  if constexpr (T == Type::boolean) return value != 0 ? 1 : 0;
  constexpr bool narrow = bits_of(T) == 32;
  constexpr F least = is_unsigned(T) ? F(0) : narrow ? F(-0x1p31) : F(-0x1p63);
  constexpr F beyond = T == Type::u32   ? F(0x1p32)
                       : T == Type::u64 ? F(0x1p64)
                       : narrow         ? F(0x1p31)
                                        : F(0x1p63);
  constexpr int64_t low = is_unsigned(T) ? 0
                          : narrow       ? std::numeric_limits<int32_t>::min()
                                         : std::numeric_limits<int64_t>::min();
  constexpr int64_t high = T == Type::u32   ? int64_t{0xFFFFFFFF}
                           : T == Type::u64 ? int64_t{-1}
                           : narrow         ? std::numeric_limits<int32_t>::max()
                                            : std::numeric_limits<int64_t>::max();
  if (!(value == value)) return 0;
  if (value >= beyond) return high;
  if (value <= least) return low;
  if constexpr (T == Type::u64) return static_cast<int64_t>(static_cast<uint64_t>(value));
  return static_cast<int64_t>(value);
}

template <Type T>
constexpr int64_t divide(int64_t a, int64_t b) {
  if (b == 0) return 0;
  if constexpr (T == Type::u64) {
    return static_cast<int64_t>(static_cast<uint64_t>(a) / static_cast<uint64_t>(b));
  }
  if (b == -1) return wrap<T>(uint64_t{0} - static_cast<uint64_t>(a));
  return wrap<T>(static_cast<uint64_t>(a / b));
}

template <Type T>
constexpr int64_t remainder(int64_t a, int64_t b) {
  if (b == 0 || b == -1) {
    if constexpr (T != Type::u64) return 0;
    if (b == 0) return 0;
  }
  if constexpr (T == Type::u64) {
    return static_cast<int64_t>(static_cast<uint64_t>(a) % static_cast<uint64_t>(b));
  }
  return a % b;
}

template <Type T>
constexpr int64_t modulo(int64_t a, int64_t b) {
  const int64_t rest = remainder<T>(a, b);
  if constexpr (is_unsigned(T)) return rest;
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

template <Type T>
constexpr int64_t floor_divide(int64_t a, int64_t b) {
  const int64_t quotient = divide<T>(a, b);
  if constexpr (is_unsigned(T)) return quotient;
  const int64_t rest = remainder<T>(a, b);
  return rest != 0 && (rest < 0) != (b < 0) ? quotient - 1 : quotient;
}

// By repeated multiplication, wrapping. A negative power is what is left of 1 / x^n: 0, 1 or -1.
template <Type T>
constexpr int64_t power(int64_t base, int64_t exponent) {
  if constexpr (!is_unsigned(T)) {
    if (exponent < 0) {
      if (base == 1) return 1;
      if (base == -1) return exponent % 2 == 0 ? 1 : -1;
      return 0;
    }
  }
  uint64_t result = 1, factor = static_cast<uint64_t>(base);
  for (auto left = static_cast<uint64_t>(exponent); left != 0; left >>= 1) {
    if ((left & 1) != 0) result *= factor;
    factor *= factor;
  }
  return wrap<T>(result);
}

template <Type T>
constexpr int64_t shift_left(int64_t a, int64_t count) {
  if (static_cast<uint64_t>(count) >= bits_of(T)) return 0;
  return wrap<T>(static_cast<uint64_t>(a) << count);
}

template <Type T>
constexpr int64_t shift_right(int64_t a, int64_t count) {
  if (static_cast<uint64_t>(count) >= bits_of(T)) return 0;
  if constexpr (T == Type::u64) return static_cast<int64_t>(static_cast<uint64_t>(a) >> count);
  return a >> count;
}

template <Type T>
constexpr bool less(int64_t a, int64_t b) {
  if constexpr (T == Type::u64) return static_cast<uint64_t>(a) < static_cast<uint64_t>(b);
  return a < b;
}

template <uint16_t Op, Type T>
constexpr int64_t integer_unary(int64_t a) {
  const auto x = static_cast<uint64_t>(a);
  if constexpr (Op == TENON_EXPR_NEG) return wrap<T>(uint64_t{0} - x);
  if constexpr (Op == TENON_EXPR_ABS) {
    if constexpr (is_unsigned(T)) return a;
    return a < 0 ? wrap<T>(uint64_t{0} - x) : a;
  }
  if constexpr (Op == TENON_EXPR_NOT) return T == Type::boolean ? (a == 0 ? 1 : 0) : wrap<T>(~x);
  return a;
}

template <uint16_t Op, Type T>
constexpr int64_t integer_binary(int64_t a, int64_t b) {
  const auto x = static_cast<uint64_t>(a), y = static_cast<uint64_t>(b);
  if constexpr (Op == TENON_EXPR_ADD) return wrap<T>(x + y);
  if constexpr (Op == TENON_EXPR_SUB) return wrap<T>(x - y);
  if constexpr (Op == TENON_EXPR_MUL) return wrap<T>(x * y);
  if constexpr (Op == TENON_EXPR_DIV) return divide<T>(a, b);
  if constexpr (Op == TENON_EXPR_REM) return remainder<T>(a, b);
  if constexpr (Op == TENON_EXPR_MOD) return modulo<T>(a, b);
  if constexpr (Op == TENON_EXPR_FLOORDIV) return floor_divide<T>(a, b);
  if constexpr (Op == TENON_EXPR_MIN) return less<T>(b, a) ? b : a;
  if constexpr (Op == TENON_EXPR_MAX) return less<T>(a, b) ? b : a;
  if constexpr (Op == TENON_EXPR_POW) return power<T>(a, b);
  if constexpr (Op == TENON_EXPR_AND) return a & b;
  if constexpr (Op == TENON_EXPR_OR) return a | b;
  if constexpr (Op == TENON_EXPR_XOR) return a ^ b;
  if constexpr (Op == TENON_EXPR_SHL) return shift_left<T>(a, b);
  if constexpr (Op == TENON_EXPR_SHR) return shift_right<T>(a, b);
  if constexpr (Op == TENON_EXPR_LT) return less<T>(a, b) ? 1 : 0;
  if constexpr (Op == TENON_EXPR_LE) return less<T>(b, a) ? 0 : 1;
  if constexpr (Op == TENON_EXPR_EQ) return a == b ? 1 : 0;
  return a == b ? 0 : 1;  // NE
}

template <uint16_t Op, class F>
inline F float_unary(F a) {
  if constexpr (Op == TENON_EXPR_NEG) return -a;
  if constexpr (Op == TENON_EXPR_ABS) return std::fabs(a);
  if constexpr (Op == TENON_EXPR_FLOOR) return std::floor(a);
  if constexpr (Op == TENON_EXPR_CEIL) return std::ceil(a);
  if constexpr (Op == TENON_EXPR_ROUND) return std::nearbyint(a);
  if constexpr (Op == TENON_EXPR_TRUNC) return std::trunc(a);
  if constexpr (Op == TENON_EXPR_SQRT) return std::sqrt(a);
  if constexpr (Op == TENON_EXPR_EXP) return std::exp(a);
  if constexpr (Op == TENON_EXPR_LOG) return std::log(a);
  if constexpr (Op == TENON_EXPR_SIN) return std::sin(a);
  if constexpr (Op == TENON_EXPR_COS) return std::cos(a);
  if constexpr (Op == TENON_EXPR_TAN) return std::tan(a);
  if constexpr (Op == TENON_EXPR_ASIN) return std::asin(a);
  if constexpr (Op == TENON_EXPR_ACOS) return std::acos(a);
  if constexpr (Op == TENON_EXPR_ATAN) return std::atan(a);
  if constexpr (Op == TENON_EXPR_SINH) return std::sinh(a);
  if constexpr (Op == TENON_EXPR_COSH) return std::cosh(a);
  if constexpr (Op == TENON_EXPR_TANH) return std::tanh(a);
  if constexpr (Op == TENON_EXPR_ASINH) return std::asinh(a);
  if constexpr (Op == TENON_EXPR_ACOSH) return std::acosh(a);
  if constexpr (Op == TENON_EXPR_ATANH) return std::atanh(a);
  return std::erf(a);
}

template <uint16_t Op, class F>
constexpr bool float_test(F a) {
  if constexpr (Op == TENON_EXPR_ISNAN) return !(a == a);
  return std::fabs(a) == std::numeric_limits<F>::infinity();
}

template <class F>
inline F float_modulo(F a, F b) {
  const F rest = std::fmod(a, b);
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

template <uint16_t Op, class F>
inline F float_binary(F a, F b) {
  if constexpr (Op == TENON_EXPR_ADD) return a + b;
  if constexpr (Op == TENON_EXPR_SUB) return a - b;
  if constexpr (Op == TENON_EXPR_MUL) return a * b;
  if constexpr (Op == TENON_EXPR_DIV) return a / b;
  if constexpr (Op == TENON_EXPR_REM) return std::fmod(a, b);
  if constexpr (Op == TENON_EXPR_MOD) return float_modulo(a, b);
  if constexpr (Op == TENON_EXPR_FLOORDIV) return std::floor(a / b);
  if constexpr (Op == TENON_EXPR_MIN) {
    const F least = a < b ? a : b;
    return a == a ? least : a;
  }
  if constexpr (Op == TENON_EXPR_MAX) {
    const F most = a > b ? a : b;
    return a == a ? most : a;
  }
  return std::pow(a, b);
}

template <uint16_t Op, class F>
constexpr bool float_compare(F a, F b) {
  if constexpr (Op == TENON_EXPR_LT) return a < b;
  if constexpr (Op == TENON_EXPR_LE) return a <= b;
  if constexpr (Op == TENON_EXPR_EQ) return a == b;
  return a != b;
}

// Calls visit.operator()<N>() for the N of the list that equals `wanted`; false when none does.
template <class V, V... Values, class Visit>
constexpr bool dispatch(V wanted, std::integer_sequence<V, Values...>, Visit visit) {
  return ((wanted == Values && (visit.template operator()<Values>(), true)) || ...);
}

using IntegerTypes =
    std::integer_sequence<Type, Type::boolean, Type::i32, Type::u32, Type::i64, Type::u64>;
using IntegerUnary =
    std::integer_sequence<uint16_t, TENON_EXPR_NEG, TENON_EXPR_ABS, TENON_EXPR_NOT>;
using IntegerBinary =
    std::integer_sequence<uint16_t, TENON_EXPR_ADD, TENON_EXPR_SUB, TENON_EXPR_MUL, TENON_EXPR_DIV,
                          TENON_EXPR_REM, TENON_EXPR_MOD, TENON_EXPR_FLOORDIV, TENON_EXPR_MIN,
                          TENON_EXPR_MAX, TENON_EXPR_POW, TENON_EXPR_AND, TENON_EXPR_OR,
                          TENON_EXPR_XOR, TENON_EXPR_SHL, TENON_EXPR_SHR, TENON_EXPR_LT,
                          TENON_EXPR_LE, TENON_EXPR_EQ, TENON_EXPR_NE>;
using FloatUnary =
    std::integer_sequence<uint16_t, TENON_EXPR_NEG, TENON_EXPR_ABS, TENON_EXPR_FLOOR,
                          TENON_EXPR_CEIL, TENON_EXPR_ROUND, TENON_EXPR_TRUNC, TENON_EXPR_SQRT,
                          TENON_EXPR_EXP, TENON_EXPR_LOG, TENON_EXPR_SIN, TENON_EXPR_COS,
                          TENON_EXPR_TAN, TENON_EXPR_ASIN, TENON_EXPR_ACOS, TENON_EXPR_ATAN,
                          TENON_EXPR_SINH, TENON_EXPR_COSH, TENON_EXPR_TANH, TENON_EXPR_ASINH,
                          TENON_EXPR_ACOSH, TENON_EXPR_ATANH, TENON_EXPR_ERF>;
using FloatTest = std::integer_sequence<uint16_t, TENON_EXPR_ISNAN, TENON_EXPR_ISINF>;
using FloatBinary =
    std::integer_sequence<uint16_t, TENON_EXPR_ADD, TENON_EXPR_SUB, TENON_EXPR_MUL, TENON_EXPR_DIV,
                          TENON_EXPR_REM, TENON_EXPR_MOD, TENON_EXPR_FLOORDIV, TENON_EXPR_MIN,
                          TENON_EXPR_MAX, TENON_EXPR_POW>;
using FloatCompare =
    std::integer_sequence<uint16_t, TENON_EXPR_LT, TENON_EXPR_LE, TENON_EXPR_EQ, TENON_EXPR_NE>;

}  // namespace tenon::arithmetic
