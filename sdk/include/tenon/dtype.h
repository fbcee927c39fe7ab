// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/abi/draft/expr.h"

#include <cstdint>
#include <optional>
#include <string_view>

// Element types and the facts about each, in one table. The numbers are ONNX's.
namespace tenon {

enum class DType : uint32_t {
  none = TENON_NO_DTYPE,
  f32 = TENON_F32,
  u8 = TENON_U8,
  i8 = TENON_I8,
  u16 = TENON_U16,
  i16 = TENON_I16,
  i32 = TENON_I32,
  i64 = TENON_I64,
  string = TENON_STRING,
  boolean = TENON_BOOL,
  f16 = TENON_F16,
  f64 = TENON_F64,
  u32 = TENON_U32,
  u64 = TENON_U64,
  c64 = TENON_C64,
  c128 = TENON_C128,
  bf16 = TENON_BF16,
  f8e4m3fn = TENON_F8E4M3FN,
  f8e4m3fnuz = TENON_F8E4M3FNUZ,
  f8e5m2 = TENON_F8E5M2,
  f8e5m2fnuz = TENON_F8E5M2FNUZ,
  u4 = TENON_U4,
  i4 = TENON_I4,
  f4e2m1 = TENON_F4E2M1,
  f8e8m0 = TENON_F8E8M0,
  u2 = TENON_U2,
  i2 = TENON_I2,
};

// Types in which expressions compute.
enum class Type : uint16_t {
  boolean = TENON_TYPE_BOOL,
  i32 = TENON_TYPE_I32,
  u32 = TENON_TYPE_U32,
  i64 = TENON_TYPE_I64,
  u64 = TENON_TYPE_U64,
  f32 = TENON_TYPE_F32,
  f64 = TENON_TYPE_F64,
};

enum class DTypeClass : uint8_t { none, integer, floating, boolean, complex, string };

struct DTypeFacts {
  std::string_view name;
  DTypeClass kind;
  uint8_t bits;   // in a file
  uint8_t bytes;  // of one element in memory while computing: sub-byte types take a whole byte
  Type type;      // what expressions widen it to
  bool is_signed;
};

constexpr DTypeFacts dtype_facts[TENON_DTYPE_COUNT] = {
    {"none", DTypeClass::none, 0, 0, Type::boolean, false},
    {"f32", DTypeClass::floating, 32, 4, Type::f32, true},
    {"u8", DTypeClass::integer, 8, 1, Type::u32, false},
    {"i8", DTypeClass::integer, 8, 1, Type::i32, true},
    {"u16", DTypeClass::integer, 16, 2, Type::u32, false},
    {"i16", DTypeClass::integer, 16, 2, Type::i32, true},
    {"i32", DTypeClass::integer, 32, 4, Type::i32, true},
    {"i64", DTypeClass::integer, 64, 8, Type::i64, true},
    {"string", DTypeClass::string, 0, 4, Type::i32, false},
    {"bool", DTypeClass::boolean, 8, 1, Type::boolean, false},
    {"f16", DTypeClass::floating, 16, 2, Type::f32, true},
    {"f64", DTypeClass::floating, 64, 8, Type::f64, true},
    {"u32", DTypeClass::integer, 32, 4, Type::u32, false},
    {"u64", DTypeClass::integer, 64, 8, Type::u64, false},
    {"c64", DTypeClass::complex, 64, 8, Type::f32, true},
    {"c128", DTypeClass::complex, 128, 16, Type::f64, true},
    {"bf16", DTypeClass::floating, 16, 2, Type::f32, true},
    {"f8e4m3fn", DTypeClass::floating, 8, 1, Type::f32, true},
    {"f8e4m3fnuz", DTypeClass::floating, 8, 1, Type::f32, true},
    {"f8e5m2", DTypeClass::floating, 8, 1, Type::f32, true},
    {"f8e5m2fnuz", DTypeClass::floating, 8, 1, Type::f32, true},
    {"u4", DTypeClass::integer, 4, 1, Type::u32, false},
    {"i4", DTypeClass::integer, 4, 1, Type::i32, true},
    {"f4e2m1", DTypeClass::floating, 4, 1, Type::f32, true},
    {"f8e8m0", DTypeClass::floating, 8, 1, Type::f32, false},
    {"u2", DTypeClass::integer, 2, 1, Type::u32, false},
    {"i2", DTypeClass::integer, 2, 1, Type::i32, true},
};

// Facts of any number; an unknown one has the facts of `none`.
constexpr const DTypeFacts& facts(DType dtype) {
  const auto index = static_cast<uint32_t>(dtype);
  return dtype_facts[index < TENON_DTYPE_COUNT ? index : 0];
}
constexpr std::string_view name_of(DType dtype) { return facts(dtype).name; }
constexpr size_t element_bytes(DType dtype) { return facts(dtype).bytes; }
constexpr Type type_of(DType dtype) { return facts(dtype).type; }
constexpr bool is_float(DType dtype) { return facts(dtype).kind == DTypeClass::floating; }
constexpr bool is_integer(DType dtype) { return facts(dtype).kind == DTypeClass::integer; }
constexpr bool is_float(Type type) { return type == Type::f32 || type == Type::f64; }

// "f32" -> DType::f32; also ONNX's spellings "float", "float16", "double", "int64", "uint8" ...
constexpr std::optional<DType> dtype_named(std::string_view name) {
  struct Alias {
    std::string_view name;
    DType dtype;
  };
  constexpr Alias aliases[] = {
      {"float", DType::f32},     {"float32", DType::f32},   {"double", DType::f64},
      {"float64", DType::f64},   {"float16", DType::f16},   {"bfloat16", DType::bf16},
      {"int8", DType::i8},       {"int16", DType::i16},     {"int32", DType::i32},
      {"int64", DType::i64},     {"uint8", DType::u8},      {"uint16", DType::u16},
      {"uint32", DType::u32},    {"uint64", DType::u64},    {"complex64", DType::c64},
      {"complex128", DType::c128}};
  for (const Alias& alias : aliases) {
    if (alias.name == name) return alias.dtype;
  }
  for (uint32_t i = 1; i < TENON_DTYPE_COUNT; ++i) {
    if (dtype_facts[i].name == name) return static_cast<DType>(i);
  }
  return std::nullopt;
}

}  // namespace tenon
