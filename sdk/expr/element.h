// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "narrow_float.h"
#include "tenon/dtype.h"

#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

// One element of a tensor of each type, as the register that expressions compute in: int64_t for
// integers and bool, float or double for floats. Complex numbers count by their real part.
namespace tenon::element {

template <DType D>
struct Storage {
  using type = uint8_t;  // bool, f8, f4, integers of less than a byte
};
template <>
struct Storage<DType::f32> {
  using type = float;
};
template <>
struct Storage<DType::f64> {
  using type = double;
};
template <>
struct Storage<DType::i8> {
  using type = int8_t;
};
template <>
struct Storage<DType::i16> {
  using type = int16_t;
};
template <>
struct Storage<DType::u16> {
  using type = uint16_t;
};
template <>
struct Storage<DType::f16> {
  using type = uint16_t;
};
template <>
struct Storage<DType::bf16> {
  using type = uint16_t;
};
template <>
struct Storage<DType::i32> {
  using type = int32_t;
};
template <>
struct Storage<DType::string> {
  using type = int32_t;
};
template <>
struct Storage<DType::u32> {
  using type = uint32_t;
};
template <>
struct Storage<DType::i64> {
  using type = int64_t;
};
template <>
struct Storage<DType::u64> {
  using type = uint64_t;
};
template <>
struct Storage<DType::c64> {
  using type = float;
};
template <>
struct Storage<DType::c128> {
  using type = double;
};

template <DType D>
using Stored = typename Storage<D>::type;

// Stored numbers from one element to the next.
template <DType D>
constexpr int64_t pitch = facts(D).kind == DTypeClass::complex ? 2 : 1;

template <DType D>
constexpr bool is_real = is_float(type_of(D));

// Register is int64_t for integer types, float or double for float types.
template <DType D, class Register>
inline Register widened(Stored<D> stored) {
  if constexpr (D == DType::f16) return static_cast<Register>(narrow::decode_half(stored));
  if constexpr (D == DType::bf16) return static_cast<Register>(narrow::decode_bfloat(stored));
  if constexpr (facts(D).kind == DTypeClass::floating && facts(D).bytes == 1) {
    return static_cast<Register>(narrow::table<D>[stored]);
  }
  if constexpr (D == DType::boolean) return static_cast<Register>(stored != 0);
  if constexpr (D == DType::u4) return static_cast<Register>(stored & 0xF);
  if constexpr (D == DType::u2) return static_cast<Register>(stored & 0x3);
  if constexpr (D == DType::i4) return static_cast<Register>(((stored & 0xF) ^ 0x8) - 0x8);
  if constexpr (D == DType::i2) return static_cast<Register>(((stored & 0x3) ^ 0x2) - 0x2);
  return static_cast<Register>(stored);
}

template <DType D, class Register>
inline Stored<D> narrowed(Register value) {
  if constexpr (D == DType::f16) return narrow::encode_half(narrow::to_odd(value));
  if constexpr (D == DType::bf16) return narrow::encode_bfloat(narrow::to_odd(value));
  if constexpr (facts(D).kind == DTypeClass::floating && facts(D).bytes == 1) {
    return narrow::encode(D, static_cast<double>(value));
  }
  if constexpr (D == DType::boolean) return value != 0 ? 1 : 0;
  if constexpr (D == DType::u4) return static_cast<uint8_t>(value & 0xF);
  if constexpr (D == DType::u2) return static_cast<uint8_t>(value & 0x3);
  if constexpr (D == DType::i4) return static_cast<uint8_t>(((value & 0xF) ^ 0x8) - 0x8);
  if constexpr (D == DType::i2) return static_cast<uint8_t>(((value & 0x3) ^ 0x2) - 0x2);
  return static_cast<Stored<D>>(value);
}

using Reals =
    std::integer_sequence<DType, DType::f32, DType::f64, DType::f16, DType::bf16, DType::f8e4m3fn,
                          DType::f8e4m3fnuz, DType::f8e5m2, DType::f8e5m2fnuz, DType::f4e2m1,
                          DType::f8e8m0, DType::c64, DType::c128>;
using Integers = std::integer_sequence<DType, DType::boolean, DType::u8, DType::i8, DType::u16,
                                       DType::i16, DType::i32, DType::u32, DType::i64, DType::u64,
                                       DType::u4, DType::i4, DType::u2, DType::i2, DType::string>;

}  // namespace tenon::element
