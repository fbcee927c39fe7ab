// SPDX-License-Identifier: Apache-2.0
#include "tenon/kernelgen/legalise.h"

#include "tenon/kernelgen/builder.h"
#include "tenon/kernelgen/interpreter.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace tenon::kir {
namespace {

using Write = Value (*)(Builder& b, Value x, Value y);

// What one thread makes of each pair of numbers, with 64-bit integers or without.
template <class T>
std::vector<uint64_t> results(Write write, const std::vector<T>& x, const std::vector<T>& y,
                              bool in_halves) {
  const DType dtype = std::is_signed_v<T> ? DType::i64 : DType::u64;
  Builder b("numbers", {1, 1, 1});
  const Buffer left = b.buffer(dtype, false);
  const Buffer right = b.buffer(dtype, false);
  const Buffer out = b.buffer(dtype, true);
  const Value i = b.thread(0);
  b.store(out, i, write(b, b.load(left, i), b.load(right, i)));
  Kernel kernel = b.finish();
  if (in_halves) {
    Result<Kernel> made = without_wide_integers(kernel);
    EXPECT_TRUE(made.ok()) << made.status().message();
    kernel = std::move(*made);
  }
  std::vector<uint64_t> z(x.size());
  const uint64_t elements = x.size() * (in_halves ? 2 : 1);
  const Argument arguments[] = {{.data = const_cast<T*>(x.data()), .elements = elements},
                                {.data = const_cast<T*>(y.data()), .elements = elements},
                                {.data = z.data(), .elements = elements}};
  const Status status = interpret(kernel, {static_cast<uint32_t>(x.size()), 1, 1}, arguments);
  EXPECT_TRUE(status.ok()) << status.message();
  return z;
}

// Ends, small numbers, and random ones of every length.
template <class T>
std::vector<T> numbers() {
  std::vector<T> all = {0,
                        1,
                        2,
                        3,
                        0x7FFFFFFF,
                        0x80000000,
                        0xFFFFFFFF,
                        0x100000000,
                        std::numeric_limits<T>::max(),
                        std::numeric_limits<T>::max() / 2};
  if (std::is_signed_v<T>) all.push_back(std::numeric_limits<T>::min() + 1);
  std::mt19937_64 random(7);
  for (uint32_t shift = 0; shift < 64; shift += 3) {
    const uint64_t bits = random() >> shift;
    all.push_back(static_cast<T>(bits));
    all.push_back(static_cast<T>(uint64_t{0} - bits));
  }
  return all;
}

template <class T>
void expect_same(const char* name, Write write) {
  std::vector<T> x;
  std::vector<T> y;
  for (const T a : numbers<T>()) {
    for (const T b : numbers<T>()) {
      x.push_back(a);
      y.push_back(b);
    }
  }
  const std::vector<uint64_t> wide = results(write, x, y, false);
  const std::vector<uint64_t> halves = results(write, x, y, true);
  for (size_t i = 0; i < x.size(); ++i) {
    ASSERT_EQ(halves[i], wide[i]) << name << " of " << x[i] << " and " << y[i];
  }
}

// A divisor that is neither 0 nor -1.
Value divisor(Builder& b, Value y) {
  const Value one = b.integer(1, y.type());
  const Value is_bad = (y == b.integer(0, y.type())) | (y == b.integer(-1, y.type()));
  return b.select(is_bad, one, y);
}
Value amount(Builder& b, Value y) { return b.binary(Op::bit_and, y, b.integer(63, y.type())); }
Value number_of(Builder& b, Value condition, Value x) { return b.cast(condition, x.type()); }
// A float's bits, as an integer.
Value bits_of_float(Builder& b, Value x) {
  return b.cast(b.bitcast(b.cast(x, Type::f32), Type::u32), x.type());
}

struct Named {
  const char* name;
  Write write;
};

constexpr Named operations[] = {
    {"sum", [](Builder& b, Value x, Value y) { return b.wrapping(Op::add, x, y); }},
    {"difference", [](Builder& b, Value x, Value y) { return b.wrapping(Op::sub, x, y); }},
    {"product", [](Builder& b, Value x, Value y) { return b.wrapping(Op::mul, x, y); }},
    {"quotient", [](Builder& b, Value x, Value y) { return x / divisor(b, y); }},
    {"remainder", [](Builder& b, Value x, Value y) { return x % divisor(b, y); }},
    {"lesser", [](Builder& b, Value x, Value y) { return b.binary(Op::min, x, y); }},
    {"greater", [](Builder& b, Value x, Value y) { return b.binary(Op::max, x, y); }},
    {"and", [](Builder& b, Value x, Value y) { return b.binary(Op::bit_and, x, y); }},
    {"or", [](Builder& b, Value x, Value y) { return b.binary(Op::bit_or, x, y); }},
    {"xor", [](Builder& b, Value x, Value y) { return b.binary(Op::bit_xor, x, y); }},
    {"right shift",
     [](Builder& b, Value x, Value y) { return b.binary(Op::shr, x, amount(b, y)); }},
    {"not", [](Builder& b, Value x, Value) { return b.unary(Op::bit_not, x); }},
    {"less", [](Builder& b, Value x, Value y) { return number_of(b, x < y, x); }},
    {"at most", [](Builder& b, Value x, Value y) { return number_of(b, x <= y, x); }},
    {"equal", [](Builder& b, Value x, Value y) { return number_of(b, x == y, x); }},
    {"float", [](Builder& b, Value x, Value) { return bits_of_float(b, x); }},
    {"and back",
     [](Builder& b, Value x, Value) {
       return b.cast(b.cast(b.binary(Op::shr, x, b.integer(1, x.type())), Type::f32), x.type());
     }},
    {"low half", [](Builder& b, Value x, Value) { return b.cast(b.cast(x, Type::i32), x.type()); }},
};

TEST(Legaliser, computes_in_halves_what_64_bit_integers_compute) {
  for (const Named& at : operations) {
    expect_same<int64_t>(at.name, at.write);
    expect_same<uint64_t>(at.name, at.write);
  }
  expect_same<uint64_t>("left shift", [](Builder& b, Value x, Value y) {
    return b.binary(Op::shl, x, amount(b, y));
  });
}

TEST(Legaliser, keeps_variables_loops_and_branches) {
  const Write collatz = [](Builder& b, Value x, Value) {
    const Value one = b.integer(1, Type::u64);
    const Variable number =
        b.variable(b.binary(Op::bit_and, x, b.integer(0xFFFF, Type::u64)) + one);
    const Variable steps = b.variable(b.integer(0, Type::u64));
    const Variable goes_on = b.variable(b.get(number) != one);
    b.loop_while(goes_on, b.integer(50), [&](Value) {
      const Value n = b.get(number);
      b.when(
          b.binary(Op::bit_and, n, one) == one,
          [&] { b.set(number, n * b.integer(3, Type::u64) + one); },
          [&] { b.set(number, b.binary(Op::shr, n, one)); });
      b.set(steps, b.get(steps) + one);
      b.set(goes_on, b.get(number) != one);
    });
    return b.get(steps) + b.binary(Op::shl, b.get(number), b.integer(32, Type::u64));
  };
  expect_same<uint64_t>("steps", collatz);
}

TEST(Legaliser, refuses_the_bits_of_f64) {
  Builder b("bits", {1, 1, 1});
  const Buffer x = b.buffer(DType::f64, false);
  const Buffer y = b.buffer(DType::i64, true);
  b.store(y, b.thread(0), b.bitcast(b.load(x, b.thread(0)), Type::i64));
  const Result<Kernel> made = without_wide_integers(b.finish());
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.status().code(), Code::unsupported);
}

}  // namespace
}  // namespace tenon::kir
