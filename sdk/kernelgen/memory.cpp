// SPDX-License-Identifier: Apache-2.0
#include "tenon/kernelgen/memory.h"

#include "minifloat.h"

#include <cmath>

namespace tenon::kir {

DType memory_dtype(DType dtype) {
  switch (dtype) {
    case DType::bf16:
      return DType::u16;
    case DType::f8e4m3fn:
    case DType::f8e4m3fnuz:
    case DType::f8e5m2:
    case DType::f8e5m2fnuz:
    case DType::f4e2m1:
    case DType::f8e8m0:
    case DType::u4:
    case DType::u2:
      return DType::u8;
    case DType::i4:
    case DType::i2:
      return DType::i8;
    case DType::none:
    case DType::string:
    case DType::c64:
    case DType::c128:
      return DType::none;
    default:
      return dtype;
  }
}

Tensor tensor(Builder& builder, DType dtype, bool written) {
  return {builder.buffer(memory_dtype(dtype), written), dtype};
}

namespace {

Value power_code(Value code) {
  Builder& b = code.builder();
  const Value bits = b.binary(Op::shl, code, b.integer(23, Type::u32));
  // 2^-127 is below the normal numbers.
  const Value number = b.select(code == 0, b.real(0x1p-127), b.bitcast(bits, Type::f32));
  return b.select(code == 255, b.real(NAN), number);
}

Value bfloat_bits(Value x) {
  Builder& b = x.builder();
  const Value bits = b.bitcast(x, Type::u32);
  const Value odd = b.binary(Op::bit_and, b.binary(Op::shr, bits, b.integer(16, Type::u32)),
                             b.integer(1, Type::u32));
  const Value rounded = b.binary(Op::shr, bits + 0x7FFF + odd, b.integer(16, Type::u32));
  return b.select(x == x, rounded, b.integer(0x7FC0, Type::u32));
}

// The nearest power of two; infinities have none.
Value nearest_power(Value x) {
  Builder& b = x.builder();
  const Value bits =
      b.binary(Op::bit_and, b.bitcast(x, Type::u32), b.integer(0x7FFFFFFF, Type::u32));
  const Value code = b.binary(Op::shr, bits + 0x400000, b.integer(23, Type::u32));
  const Value nearest = b.binary(Op::min, code, b.integer(254, Type::u32));
  const Value is_finite = b.unary(Op::abs, x) < __builtin_inf();
  return b.select(is_finite, nearest, b.integer(255, Type::u32));
}

// Keeps the low bits of an integer, and its sign when the type has one.
Value narrowed(Value value, DType dtype) {
  Builder& b = value.builder();
  const uint32_t bits = facts(dtype).bits;
  const Value low =
      b.binary(Op::bit_and, b.bitcast(value, Type::u32), b.integer((1 << bits) - 1, Type::u32));
  if (!facts(dtype).is_signed) return low;
  const int64_t sign = int64_t{1} << (bits - 1);
  return b.bitcast(b.binary(Op::bit_xor, low, b.integer(sign, Type::u32)), Type::i32) -
         static_cast<double>(sign);
}

// Floats beyond the integer type's ends give the ends.
Value saturated(Value x, Type type) {
  Builder& b = x.builder();
  const bool is_wide = bits_in(type) == 64;
  const double high = std::ldexp(1.0, static_cast<int>(bits_in(type)) - (is_signed(type) ? 1 : 0));
  const double low = is_signed(type) ? -high : 0.0;
  const Value inside = (x >= low) & (x < high);
  const Value number = b.cast(b.select(inside, x, b.real(0, x.type())), type);
  const int64_t greatest = is_signed(type) ? (is_wide ? INT64_MAX : INT32_MAX) : -1;
  const int64_t least = is_signed(type) ? (is_wide ? INT64_MIN : INT32_MIN) : 0;
  const Value top = b.select(x >= high, b.integer(greatest, type), number);
  return b.select(x < low, b.integer(least, type), top);
}

}  // namespace

Value convert(Value value, Type type) {
  Builder& b = value.builder();
  const Type from = value.type();
  if (from == type) return value;
  if (is_float(from) && type != Type::boolean && !is_float(type)) return saturated(value, type);
  return b.cast(value, type);
}

Value load_element(Tensor tensor, Value index, Value inside) {
  Builder& b = index.builder();
  const Value raw = b.load(tensor.buffer, index, inside);
  if (tensor.dtype == DType::bf16) {
    return b.bitcast(b.binary(Op::shl, raw, b.integer(16, Type::u32)), Type::f32);
  }
  if (tensor.dtype == DType::f8e8m0) {
    const Value number = power_code(raw);
    return inside.valid() ? b.select(inside, number, b.real(0)) : number;
  }
  if (const auto format = minifloat(tensor.dtype)) return decode(*format, raw);
  return raw;
}

void store_element(Tensor tensor, Value index, Value value) {
  Builder& b = index.builder();
  const Value number = convert(value, type_of(tensor.dtype));
  Value raw = number;
  if (tensor.dtype == DType::bf16) {
    raw = bfloat_bits(number);
  } else if (tensor.dtype == DType::f8e8m0) {
    raw = nearest_power(number);
  } else if (const auto format = minifloat(tensor.dtype)) {
    raw = encode(*format, number);
  } else if (facts(tensor.dtype).kind == DTypeClass::integer && facts(tensor.dtype).bits < 8) {
    raw = narrowed(number, tensor.dtype);
  }
  b.store(tensor.buffer, index, raw);
}

}  // namespace tenon::kir
