// SPDX-License-Identifier: Apache-2.0
#include "sdk/testing/ptx_arithmetic.h"

#include "tenon/strip_vm.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <concepts>
#include <limits>

namespace tenon::testing::ptx {
namespace {

template <std::integral T>
std::optional<uint64_t> integers(const Instruction& at, T a, T b, T c) {
  using Free = std::make_unsigned_t<T>;
  const auto x = static_cast<Free>(a), y = static_cast<Free>(b);
  const auto bits = [](Free value) { return std::optional(static_cast<uint64_t>(value)); };
  const auto signed_bits = [&](T value) { return bits(static_cast<Free>(value)); };
  switch (at.operation) {
    case Operation::add:
      return bits(static_cast<Free>(x + y));
    case Operation::sub:
      return bits(static_cast<Free>(x - y));
    case Operation::mul:
      return bits(static_cast<Free>(x * y));
    case Operation::mad:
      return bits(static_cast<Free>(x * y + static_cast<Free>(c)));
    case Operation::div:
    case Operation::rem:
      if (b == 0) return std::nullopt;
      if constexpr (std::signed_integral<T>) {
        if (b == -1) return at.operation == Operation::div ? bits(Free{0} - x) : bits(0);
      }
      return signed_bits(at.operation == Operation::div ? a / b : a % b);
    case Operation::min:
      return signed_bits(std::min(a, b));
    case Operation::max:
      return signed_bits(std::max(a, b));
    case Operation::and_:
      return bits(x & y);
    case Operation::or_:
      return bits(x | y);
    case Operation::xor_:
      return bits(x ^ y);
    case Operation::not_:
      return bits(static_cast<Free>(~x));
    case Operation::neg:
      return bits(static_cast<Free>(Free{0} - x));
    case Operation::abs:
      return bits(a < 0 ? static_cast<Free>(Free{0} - x) : x);
    default:
      return std::nullopt;
  }
}

// Amounts are 32 bits wide and stop at the width.
template <std::integral T>
uint64_t shifted(const Instruction& at, T a, uint64_t amount) {
  using Free = std::make_unsigned_t<T>;
  const uint64_t width = 8 * sizeof(T);
  const uint64_t by = amount & 0xFFFFFFFF;
  if (at.operation == Operation::shl)
    return by < width ? static_cast<Free>(static_cast<Free>(a) << by) : 0;
  return static_cast<Free>(by < width ? static_cast<T>(a >> by) : a < 0 ? T(-1) : T(0));
}

template <std::floating_point F>
std::optional<F> reals(const Instruction& at, F a, F b, F c) {
  switch (at.operation) {
    case Operation::add:
      return a + b;
    case Operation::sub:
      return a - b;
    case Operation::mul:
      return a * b;
    case Operation::div:
      return a / b;
    case Operation::fma:
      return std::fma(a, b, c);
    case Operation::sqrt:
      return std::sqrt(a);
    case Operation::neg:
      return -a;
    case Operation::abs:
      return std::fabs(a);
    default:
      return std::nullopt;
  }
}

template <class T>
bool compared(Comparison comparison, T a, T b) {
  switch (comparison) {
    case Comparison::lt:
      return a < b;
    case Comparison::le:
      return a <= b;
    case Comparison::eq:
      return a == b;
    case Comparison::ge:
      return a >= b;
    default:
      return a != b;
  }
}

template <std::floating_point F>
F rounded(Rounding rounding, F x) {
  switch (rounding) {
    case Rounding::down:
      return std::floor(x);
    case Rounding::up:
      return std::ceil(x);
    case Rounding::zero:
      return std::trunc(x);
    default:
      return std::nearbyint(x);
  }
}

float single(uint64_t bits) { return std::bit_cast<float>(static_cast<uint32_t>(bits)); }
double wide(uint64_t bits) { return std::bit_cast<double>(bits); }
uint64_t bits_of(float x) { return std::bit_cast<uint32_t>(x); }
uint64_t bits_of(double x) { return std::bit_cast<uint64_t>(x); }

// Calls with the bits as the integer type they are of.
template <class Use>
auto as_integer(Type type, Use use) {
  const bool is_signed = type.kind == Kind::signed_;
  switch (type.width) {
    case 8:
      return is_signed ? use(int8_t{}) : use(uint8_t{});
    case 16:
      return is_signed ? use(int16_t{}) : use(uint16_t{});
    case 32:
      return is_signed ? use(int32_t{}) : use(uint32_t{});
    default:
      return is_signed ? use(int64_t{}) : use(uint64_t{});
  }
}

uint64_t half_of(float x) {
  std::byte raw[2] = {};
  store_float(raw, DType::f16, 0, static_cast<double>(x));
  return std::to_integer<uint64_t>(raw[0]) | std::to_integer<uint64_t>(raw[1]) << 8;
}
float half_to_float(uint64_t bits) {
  const std::byte raw[2] = {std::byte(bits & 0xFF), std::byte(bits >> 8 & 0xFF)};
  return static_cast<float>(load_float(raw, DType::f16, 0));
}

// Saturates at the ends of the type; NaN gives 0.
template <std::integral T, std::floating_point F>
T to_integer(F x) {
  if (x != x) return 0;
  if (x >= static_cast<F>(std::numeric_limits<T>::max())) return std::numeric_limits<T>::max();
  if (x <= static_cast<F>(std::numeric_limits<T>::min())) return std::numeric_limits<T>::min();
  return static_cast<T>(x);
}

template <std::floating_point F>
uint64_t converted_real(const Instruction& at, F x) {
  if (at.type.kind == Kind::real) {
    if (at.type.width == 16) return half_of(static_cast<float>(x));
    if (at.type.width == 64) {
      const auto y = static_cast<double>(x);
      return bits_of(at.from.width == 64 ? rounded(at.rounding, y) : y);
    }
    const auto y = static_cast<float>(x);
    return bits_of(at.from.width == 32 ? rounded(at.rounding, y) : y);
  }
  const F whole = rounded(at.rounding, x);
  return as_integer(at.type, [&]<class T>(T) {
    return static_cast<uint64_t>(static_cast<std::make_unsigned_t<T>>(to_integer<T>(whole)));
  });
}

uint64_t converted(const Instruction& at, uint64_t a) {
  if (at.from.kind == Kind::real) {
    if (at.from.width == 64) return converted_real(at, wide(a));
    return converted_real(at, at.from.width == 16 ? half_to_float(a) : single(a));
  }
  return as_integer(at.from, [&]<class From>(From) -> uint64_t {
    const auto x = static_cast<From>(a);
    if (at.type.kind == Kind::real) {
      return at.type.width == 64 ? bits_of(static_cast<double>(x)) : bits_of(static_cast<float>(x));
    }
    return as_integer(at.type, [&]<class To>(To) {
      return static_cast<uint64_t>(static_cast<std::make_unsigned_t<To>>(static_cast<To>(x)));
    });
  });
}

uint64_t predicates(Operation operation, uint64_t a, uint64_t b) {
  switch (operation) {
    case Operation::and_:
      return a & b & 1;
    case Operation::or_:
      return (a | b) & 1;
    case Operation::xor_:
      return (a ^ b) & 1;
    default:
      return ~a & 1;
  }
}

uint64_t comparison(const Instruction& at, uint64_t a, uint64_t b) {
  if (at.type.kind == Kind::real) {
    return at.type.width == 64 ? compared(at.comparison, wide(a), wide(b))
                               : compared(at.comparison, single(a), single(b));
  }
  return as_integer(at.type, [&]<class T>(T) {
    return compared(at.comparison, static_cast<T>(a), static_cast<T>(b)) ? 1u : 0u;
  });
}

}  // namespace

std::optional<uint64_t> result_of(const Instruction& at, uint64_t a, uint64_t b, uint64_t c) {
  if (at.operation == Operation::cvt) return converted(at, a);
  if (at.operation == Operation::setp) return comparison(at, a, b);
  if (at.operation == Operation::selp) return (c & 1) != 0 ? a : b;
  if (at.type.kind == Kind::predicate) return predicates(at.operation, a, b);
  if (at.type.kind == Kind::real) {
    const auto bits = [](auto y) { return y ? std::optional(bits_of(*y)) : std::nullopt; };
    return at.type.width == 64 ? bits(reals(at, wide(a), wide(b), wide(c)))
                               : bits(reals(at, single(a), single(b), single(c)));
  }
  if (at.is_wide) {
    const uint64_t product =
        at.type.kind == Kind::signed_
            ? static_cast<uint64_t>(int64_t{static_cast<int32_t>(a)} * static_cast<int32_t>(b))
            : uint64_t{static_cast<uint32_t>(a)} * static_cast<uint32_t>(b);
    return product + c;
  }
  return as_integer(at.type, [&]<class T>(T) -> std::optional<uint64_t> {
    if (at.operation == Operation::shl || at.operation == Operation::shr)
      return shifted(at, static_cast<T>(a), b);
    return integers(at, static_cast<T>(a), static_cast<T>(b), static_cast<T>(c));
  });
}

}  // namespace tenon::testing::ptx
