// SPDX-License-Identifier: Apache-2.0
#include "tenon/kernelgen/kir.h"

#include <bit>
#include <cmath>
#include <cstring>

namespace tenon::kir {

uint64_t bits_of(double value, Type type) {
  return type == Type::f32 ? std::bit_cast<uint32_t>(static_cast<float>(value))
                           : std::bit_cast<uint64_t>(value);
}

double real_of(uint64_t bits, Type type) {
  return type == Type::f32 ? static_cast<double>(std::bit_cast<float>(static_cast<uint32_t>(bits)))
                           : std::bit_cast<double>(bits);
}

int64_t integer_of(uint64_t bits, Type type) {
  switch (type) {
    case Type::boolean:
      return (bits & 1) != 0 ? 1 : 0;
    case Type::i32:
      return static_cast<int32_t>(static_cast<uint32_t>(bits));
    case Type::u32:
      return static_cast<int64_t>(bits & 0xFFFFFFFFu);
    default:
      return static_cast<int64_t>(bits);
  }
}

uint64_t integer_bits(int64_t value, Type type) {
  const auto bits = static_cast<uint64_t>(value);
  if (type == Type::boolean) return bits != 0 ? 1 : 0;
  return bits_in(type) == 32 ? bits & 0xFFFFFFFFu : bits;
}

bool is_arithmetic(Op op) { return op >= Op::add; }

namespace {

template <class F>
uint64_t real_math(Op op, F a, F b, F c) {
  F y = 0;
  switch (op) {
    case Op::add:
      y = a + b;
      break;
    case Op::sub:
      y = a - b;
      break;
    case Op::mul:
      y = a * b;
      break;
    case Op::div:
      y = a / b;
      break;
    case Op::neg:
      y = -a;
      break;
    case Op::abs:
      y = std::fabs(a);
      break;
    case Op::floor:
      y = std::floor(a);
      break;
    case Op::ceil:
      y = std::ceil(a);
      break;
    case Op::round:
      y = std::nearbyint(a);
      break;
    case Op::trunc:
      y = std::trunc(a);
      break;
    case Op::sqrt:
      y = std::sqrt(a);
      break;
    case Op::fma:
      y = a * b + c;
      break;
    default:
      break;
  }
  if constexpr (sizeof(F) == 4) {
    return std::bit_cast<uint32_t>(y);
  } else {
    return std::bit_cast<uint64_t>(y);
  }
}

uint64_t integer_math(Op op, Type type, uint64_t a, uint64_t b, uint64_t c) {
  const int64_t x = integer_of(a, type);
  const int64_t y = integer_of(b, type);
  const bool is_unsigned = !is_signed(type);
  const uint32_t width = bits_in(type);
  switch (op) {
    case Op::add:
      return integer_bits(static_cast<int64_t>(a + b), type);
    case Op::sub:
      return integer_bits(static_cast<int64_t>(a - b), type);
    case Op::mul:
      return integer_bits(static_cast<int64_t>(a * b), type);
    case Op::fma:
      return integer_bits(static_cast<int64_t>(a * b + c), type);
    case Op::div:
      if (b == 0 || (!is_unsigned && y == -1)) return 0;
      return is_unsigned ? a / b : integer_bits(x / y, type);
    case Op::rem:
      if (b == 0 || (!is_unsigned && y == -1)) return 0;
      return is_unsigned ? a % b : integer_bits(x % y, type);
    case Op::min:
      return (is_unsigned ? a < b : x < y) ? a : b;
    case Op::max:
      return (is_unsigned ? a > b : x > y) ? a : b;
    case Op::bit_and:
      return a & b;
    case Op::bit_or:
      return a | b;
    case Op::bit_xor:
      return a ^ b;
    case Op::shl:
      return b < width ? integer_bits(static_cast<int64_t>(a << b), type) : 0;
    case Op::shr:
      if (b >= width) return 0;
      return is_unsigned ? a >> b : integer_bits(x >> b, type);
    case Op::neg:
      return integer_bits(static_cast<int64_t>(0 - a), type);
    case Op::abs:
      return x < 0 && !is_unsigned ? integer_bits(static_cast<int64_t>(0 - a), type) : a;
    case Op::bit_not:
      return type == Type::boolean ? 1 - (a & 1) : integer_bits(~static_cast<int64_t>(a), type);
    default:
      return 0;
  }
}

bool compare(Op op, Type from, uint64_t a, uint64_t b) {
  if (is_float(from)) {
    const double x = real_of(a, from);
    const double y = real_of(b, from);
    return op == Op::lt ? x < y : op == Op::le ? x <= y : x == y;
  }
  if (op == Op::eq) return a == b;
  if (is_signed(from)) {
    const int64_t x = integer_of(a, from);
    const int64_t y = integer_of(b, from);
    return op == Op::lt ? x < y : x <= y;
  }
  return op == Op::lt ? a < b : a <= b;
}

uint64_t converted(Type type, Type from, uint64_t a) {
  if (is_float(from)) {
    const double x = real_of(a, from);
    if (is_float(type)) return bits_of(x, type);
    if (type == Type::u64) return x >= 0 && x < 0x1p64 ? static_cast<uint64_t>(x) : 0;
    return x > -0x1p63 && x < 0x1p63 ? integer_bits(static_cast<int64_t>(x), type) : 0;
  }
  if (!is_float(type)) return integer_bits(integer_of(a, from), type);
  if (type == Type::f64) {
    const double y =
        from == Type::u64 ? static_cast<double>(a) : static_cast<double>(integer_of(a, from));
    return std::bit_cast<uint64_t>(y);
  }
  const float y =
      from == Type::u64 ? static_cast<float>(a) : static_cast<float>(integer_of(a, from));
  return std::bit_cast<uint32_t>(y);
}

}  // namespace

uint64_t compute(Op op, Type type, Type from, uint64_t a, uint64_t b, uint64_t c) {
  switch (op) {
    case Op::lt:
    case Op::le:
    case Op::eq:
      return compare(op, from, a, b) ? 1 : 0;
    case Op::select:
      return (a & 1) != 0 ? b : c;
    case Op::cast:
      return converted(type, from, a);
    case Op::bitcast:
      return a;
    default:
      break;
  }
  if (type == Type::f32) {
    const auto real = [](uint64_t bits) {
      return std::bit_cast<float>(static_cast<uint32_t>(bits));
    };
    return real_math<float>(op, real(a), real(b), real(c));
  }
  if (type == Type::f64) {
    return real_math<double>(op, std::bit_cast<double>(a), std::bit_cast<double>(b),
                             std::bit_cast<double>(c));
  }
  return integer_math(op, type, a, b, c);
}

}  // namespace tenon::kir
