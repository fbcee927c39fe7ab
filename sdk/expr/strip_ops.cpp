// SPDX-License-Identifier: Apache-2.0
#include "strip_ops.h"

#include "arithmetic.h"
#include "tenon/expr.h"
#include "tenon/expr_ops.h"

#include <bit>
#include <cstring>
#include <type_traits>

namespace tenon::strip {
namespace {

using namespace arithmetic;

template <class Out, class In, class Compute>
void each(void* out, const void* a, int64_t count, Compute compute) {
  auto* __restrict to = static_cast<Out*>(out);
  const auto* __restrict x = static_cast<const In*>(a);
  for (int64_t i = 0; i < count; ++i) to[i] = compute(x[i]);
}

template <class Out, class In, class Compute>
void each(void* out, const void* a, const void* b, int64_t count, Compute compute) {
  auto* __restrict to = static_cast<Out*>(out);
  const auto* x = static_cast<const In*>(a);
  const auto* y = static_cast<const In*>(b);
  for (int64_t i = 0; i < count; ++i) to[i] = compute(x[i], y[i]);
}

template <uint16_t Op, Type T>
void integer_one(void* out, const void* a, const void*, const void*, int64_t count) {
  each<int64_t, int64_t>(out, a, count, [](int64_t x) { return integer_unary<Op, T>(x); });
}

template <uint16_t Op, Type T>
void integer_two(void* out, const void* a, const void* b, const void*, int64_t count) {
  each<int64_t, int64_t>(out, a, b, count,
                         [](int64_t x, int64_t y) { return integer_binary<Op, T>(x, y); });
}

// An f32 operation that is computed in f64 rounds its result to f32, so that a chain of operations
// gives the same numbers whether its parts are stored in between or not.
template <class F, bool Narrow>
F kept(F x) {
  if constexpr (Narrow) return static_cast<F>(static_cast<float>(x));
  return x;
}

template <uint16_t Op, class F, bool Narrow>
void float_one(void* out, const void* a, const void*, const void*, int64_t count) {
  each<F, F>(out, a, count, [](F x) { return kept<F, Narrow>(float_unary<Op, F>(x)); });
}

template <uint16_t Op, class F, bool Narrow>
void float_two(void* out, const void* a, const void* b, const void*, int64_t count) {
  each<F, F>(out, a, b, count, [](F x, F y) { return kept<F, Narrow>(float_binary<Op, F>(x, y)); });
}

template <uint16_t Op, class F>
void float_test_step(void* out, const void* a, const void*, const void*, int64_t count) {
  each<int64_t, F>(out, a, count, [](F x) { return int64_t{float_test<Op, F>(x)}; });
}

template <uint16_t Op, class F>
void float_compare_step(void* out, const void* a, const void* b, const void*, int64_t count) {
  each<int64_t, F>(out, a, b, count, [](F x, F y) { return int64_t{float_compare<Op, F>(x, y)}; });
}

template <class T>
void choose(void* out, const void* a, const void* b, const void* c, int64_t count) {
  auto* __restrict to = static_cast<T*>(out);
  const auto* condition = static_cast<const int64_t*>(a);
  const auto* yes = static_cast<const T*>(b);
  const auto* no = static_cast<const T*>(c);
  for (int64_t i = 0; i < count; ++i) to[i] = condition[i] != 0 ? yes[i] : no[i];
}

template <class F>
void copy(void* out, const void* a, const void*, const void*, int64_t count) {
  std::memcpy(out, a, static_cast<size_t>(count) * sizeof(F));
}

template <class F>
void narrow(void* out, const void* a, const void*, const void*, int64_t count) {
  each<F, F>(out, a, count, [](F x) { return kept<F, true>(x); });
}

template <Type To>
void wrap_step(void* out, const void* a, const void*, const void*, int64_t count) {
  each<int64_t, int64_t>(out, a, count,
                         [](int64_t x) { return wrap<To>(static_cast<uint64_t>(x)); });
}

template <Type From, class F, bool Narrow>
void to_float_step(void* out, const void* a, const void*, const void*, int64_t count) {
  each<F, int64_t>(out, a, count, [](int64_t x) { return kept<F, Narrow>(to_float<From, F>(x)); });
}

template <Type To, class F>
void from_float_step(void* out, const void* a, const void*, const void*, int64_t count) {
  each<int64_t, F>(out, a, count, [](F x) { return from_float<To, F>(x); });
}

template <Type From, class F>
void bits_of_float(void* out, const void* a, const void*, const void*, int64_t count) {
  each<int64_t, F>(out, a, count, [](F x) -> int64_t {
    if constexpr (From == Type::f64) return std::bit_cast<int64_t>(static_cast<double>(x));
    return std::bit_cast<int32_t>(static_cast<float>(x));
  });
}

template <Type To, class F>
void float_of_bits(void* out, const void* a, const void*, const void*, int64_t count) {
  each<F, int64_t>(out, a, count, [](int64_t x) -> F {
    if constexpr (To == Type::f64) return static_cast<F>(std::bit_cast<double>(x));
    return static_cast<F>(std::bit_cast<float>(static_cast<uint32_t>(static_cast<uint64_t>(x))));
  });
}

// i32 bits of a float are sign-extended; u32 ones are not.
template <Type From, class F>
void unsigned_bits_of_float(void* out, const void* a, const void* b, const void* c, int64_t count) {
  bits_of_float<From, F>(out, a, b, c, count);
  auto* to = static_cast<int64_t*>(out);
  for (int64_t i = 0; i < count; ++i) to[i] &= 0xFFFFFFFF;
}

template <class F, bool Narrow>
Step cast_step(Type to, Type from) {
  Step found = Narrow ? Step{narrow<F>} : copy<F>;
  if (is_float(to)) {
    dispatch(from, IntegerTypes{}, [&]<Type T> { found = to_float_step<T, F, Narrow>; });
    return found;
  }
  dispatch(to, IntegerTypes{},
           [&]<Type T> { found = is_float(from) ? Step{from_float_step<T, F>} : wrap_step<T>; });
  return found;
}

template <class F>
Step bitcast_step(Type to, Type from) {
  if (is_float(to) && is_float(from)) return copy<F>;
  if (from == Type::f64) return bits_of_float<Type::f64, F>;
  if (from == Type::f32) {
    return to == Type::u32 ? unsigned_bits_of_float<Type::f32, F> : bits_of_float<Type::f32, F>;
  }
  if (to == Type::f64) return float_of_bits<Type::f64, F>;
  if (to == Type::f32) return float_of_bits<Type::f32, F>;
  return cast_step<F, false>(to, from);
}

template <class F, bool Narrow>
Step float_step(uint16_t op) {
  Step found = nullptr;
  dispatch(op, FloatUnary{}, [&]<uint16_t Op> { found = float_one<Op, F, Narrow>; }) ||
      dispatch(op, FloatBinary{}, [&]<uint16_t Op> { found = float_two<Op, F, Narrow>; }) ||
      dispatch(op, FloatCompare{}, [&]<uint16_t Op> { found = float_compare_step<Op, F>; }) ||
      dispatch(op, FloatTest{}, [&]<uint16_t Op> { found = float_test_step<Op, F>; });
  return found;
}

Step integer_step(uint16_t op, Type type) {
  Step found = nullptr;
  dispatch(type, IntegerTypes{}, [&]<Type T> {
    dispatch(op, IntegerUnary{}, [&]<uint16_t Op> { found = integer_one<Op, T>; }) ||
        dispatch(op, IntegerBinary{}, [&]<uint16_t Op> { found = integer_two<Op, T>; });
  });
  return found;
}

template <class F, bool Narrow>
Step any_step(uint16_t op, Type type, Type operand_type) {
  if (op == TENON_EXPR_SELECT) return is_float(type) ? choose<F> : choose<int64_t>;
  if (op == TENON_EXPR_CAST) return cast_step<F, Narrow>(type, operand_type);
  if (op == TENON_EXPR_BITCAST) return bitcast_step<F>(type, operand_type);
  return is_float(operand_type) ? float_step<F, Narrow>(op) : integer_step(op, operand_type);
}

// Division of a register by the power of two that b holds.
template <uint16_t Op, Type T>
void by_power(void* out, const void* a, const void* b, const void*, int64_t count) {
  const auto power = static_cast<uint64_t>(*static_cast<const int64_t*>(b));
  const int shift = std::countr_zero(power);
  const auto mask = static_cast<int64_t>(power - 1);
  each<int64_t, int64_t>(out, a, count, [shift, mask](int64_t x) -> int64_t {
    if constexpr (Op == TENON_EXPR_MUL) return wrap<T>(static_cast<uint64_t>(x) << shift);
    if constexpr (Op == TENON_EXPR_MOD) return x & mask;
    if constexpr (Op == TENON_EXPR_FLOORDIV) {
      if constexpr (T == Type::u64) return static_cast<int64_t>(static_cast<uint64_t>(x) >> shift);
      return x >> shift;
    }
    if constexpr (is_unsigned(T)) {
      if constexpr (Op == TENON_EXPR_REM) return x & mask;
      return static_cast<int64_t>(static_cast<uint64_t>(x) >> shift);
    }
    // Toward zero: numbers below it are moved up first.
    const int64_t moved = x + ((x >> 63) & mask);
    if constexpr (Op == TENON_EXPR_REM) return x - (moved & ~mask);
    return moved >> shift;
  });
}

// A shift by the number that b holds, which is less than the width of the type.
template <uint16_t Op, Type T>
void by_bits(void* out, const void* a, const void* b, const void*, int64_t count) {
  const int64_t bits = *static_cast<const int64_t*>(b);
  each<int64_t, int64_t>(out, a, count, [bits](int64_t x) -> int64_t {
    if constexpr (Op == TENON_EXPR_SHL) return wrap<T>(static_cast<uint64_t>(x) << bits);
    if constexpr (T == Type::u64) return static_cast<int64_t>(static_cast<uint64_t>(x) >> bits);
    return x >> bits;
  });
}

template <class T, int Shift>
void repeat(void* out, const void* a, const void*, const void*, int64_t count) {
  auto* __restrict to = static_cast<T*>(out);
  const auto* __restrict from = static_cast<const T*>(a);
  if constexpr (Shift < 0) {
    for (int64_t i = 0; i < count; ++i) to[i] = from[i << -Shift];
    return;
  }
  constexpr int64_t times = int64_t{1} << (Shift < 0 ? 0 : Shift);
  for (int64_t i = 0; i < count / times; ++i) {
    for (int64_t j = 0; j < times; ++j) to[i * times + j] = from[i];
  }
}

using PowerOps = std::integer_sequence<uint16_t, TENON_EXPR_MUL, TENON_EXPR_DIV, TENON_EXPR_REM,
                                       TENON_EXPR_MOD, TENON_EXPR_FLOORDIV>;
using ShiftOps = std::integer_sequence<uint16_t, TENON_EXPR_SHL, TENON_EXPR_SHR>;
using Shifts = std::integer_sequence<int, -8, -7, -6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6, 7, 8>;

}  // namespace

Step step_by_constant(uint16_t op, Type type, int64_t constant) {
  Step found = nullptr;
  if (type == Type::boolean) return found;
  const bool power = constant > 0 && std::has_single_bit(static_cast<uint64_t>(constant));
  const bool bits = constant >= 0 && constant < static_cast<int64_t>(bits_of(type));
  dispatch(type, IntegerTypes{}, [&]<Type T> {
    if (power) dispatch(op, PowerOps{}, [&]<uint16_t Op> { found = by_power<Op, T>; });
    if (bits) dispatch(op, ShiftOps{}, [&]<uint16_t Op> { found = by_bits<Op, T>; });
  });
  return found;
}

Step repeat_step(Type type, bool single, int shift) {
  Step found = nullptr;
  const bool short_registers = single && is_float(type);
  dispatch(shift, Shifts{}, [&]<int Shift> {
    found = short_registers ? repeat<float, Shift> : repeat<int64_t, Shift>;
  });
  return found;
}

Step step_of(uint16_t op, Type type, Type operand_type, bool single) {
  if (single) return any_step<float, false>(op, type, operand_type);
  return type == Type::f32 ? any_step<double, true>(op, type, operand_type)
                           : any_step<double, false>(op, type, operand_type);
}

}  // namespace tenon::strip
