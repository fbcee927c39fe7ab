// SPDX-License-Identifier: Apache-2.0
#include "tenon/expr.h"
#include "tenon/strip_vm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <random>

namespace tenon {
namespace {

constexpr DType narrow_floats[] = {DType::f16,        DType::bf16,   DType::f8e4m3fn,
                                   DType::f8e4m3fnuz, DType::f8e5m2, DType::f8e5m2fnuz,
                                   DType::f4e2m1};

int codes_of(DType dtype) { return 1 << facts(dtype).bits; }

double decode(DType dtype, int code) {
  const auto stored = static_cast<uint16_t>(code);
  return load_float(&stored, dtype, 0);
}

int encode(DType dtype, double value) {
  uint16_t stored = 0;
  store_float(&stored, dtype, 0, value);
  return stored;
}

// From the definition of each format, by the code's fields.
double defined(int code, int exponent_bits, int mantissa_bits, int bias) {
  const int mantissa = code & ((1 << mantissa_bits) - 1);
  const int exponent = code >> mantissa_bits & ((1 << exponent_bits) - 1);
  const double fraction = mantissa / static_cast<double>(1 << mantissa_bits);
  const double size =
      exponent == 0 ? std::ldexp(fraction, 1 - bias) : std::ldexp(1 + fraction, exponent - bias);
  return code >> (exponent_bits + mantissa_bits) != 0 ? -size : size;
}

struct Layout {
  DType dtype;
  int exponent_bits, mantissa_bits, bias;
  bool (*special)(int code);
};

TEST(LoadFloat, follows_the_fields_of_every_code) {
  const Layout layouts[] = {{DType::f16, 5, 10, 15, [](int c) { return (c & 0x7C00) == 0x7C00; }},
                            {DType::bf16, 8, 7, 127, [](int c) { return (c & 0x7F80) == 0x7F80; }},
                            {DType::f8e4m3fn, 4, 3, 7, [](int c) { return (c & 0x7F) == 0x7F; }},
                            {DType::f8e4m3fnuz, 4, 3, 8, [](int c) { return c == 0x80; }},
                            {DType::f8e5m2, 5, 2, 15, [](int c) { return (c & 0x7C) == 0x7C; }},
                            {DType::f8e5m2fnuz, 5, 2, 16, [](int c) { return c == 0x80; }},
                            {DType::f4e2m1, 2, 1, 1, [](int) { return false; }}};
  for (const Layout& l : layouts) {
    for (int code = 0; code < codes_of(l.dtype); ++code) {
      const double value = decode(l.dtype, code);
      if (l.special(code)) {
        EXPECT_FALSE(std::isfinite(value)) << name_of(l.dtype) << " " << code;
      } else {
        EXPECT_EQ(value, defined(code, l.exponent_bits, l.mantissa_bits, l.bias))
            << name_of(l.dtype) << " " << code;
      }
    }
  }
  EXPECT_EQ(decode(DType::f16, 0xFC00), -INFINITY);
  EXPECT_EQ(decode(DType::f8e5m2, 0x7C), INFINITY);
  EXPECT_TRUE(std::isnan(decode(DType::f16, 0x7C01)));
  EXPECT_TRUE(std::isnan(decode(DType::f8e4m3fn, 0xFF)));
  EXPECT_EQ(decode(DType::f8e8m0, 0), 0x1p-127);
  EXPECT_EQ(decode(DType::f8e8m0, 127), 1);
  EXPECT_TRUE(std::isnan(decode(DType::f8e8m0, 255)));
}

TEST(StoreFloat, gives_back_every_code) {
  for (const DType dtype : narrow_floats) {
    for (int code = 0; code < codes_of(dtype); ++code) {
      const double value = decode(dtype, code);
      const int back = encode(dtype, value);
      const bool both_nan = std::isnan(value) && std::isnan(decode(dtype, back));
      EXPECT_TRUE(back == code || both_nan) << name_of(dtype) << " " << code;
    }
  }
}

// Against a search through all numbers of the type; of two as near, the even code.
TEST(StoreFloat, rounds_to_the_nearest_half_to_even) {
  std::mt19937_64 random(2);
  for (const DType dtype : narrow_floats) {
    std::map<double, int> numbers;
    for (int code = 0; code < codes_of(dtype) / 2; ++code) {
      if (std::isfinite(decode(dtype, code))) numbers[decode(dtype, code)] = code;
    }
    const double largest = numbers.rbegin()->first;
    std::vector<double> tried;
    for (auto it = numbers.begin(); std::next(it) != numbers.end(); ++it) {
      const double middle = (it->first + std::next(it)->first) / 2;
      tried.insert(tried.end(), {middle, std::nextafter(middle, 0.0), std::nextafter(middle, 1e9)});
    }
    for (int i = 0; i < 2000; ++i) {
      tried.push_back(std::ldexp(1 + static_cast<double>(random() % 1000003) / 1000003,
                                 static_cast<int>(random() % 50) - 30));
    }
    for (const double value : tried) {
      if (value > largest) continue;
      const auto above = numbers.lower_bound(value);
      int expected = above->second;
      if (above->first != value && above != numbers.begin()) {
        const auto below = std::prev(above);
        const double up = above->first - value, down = value - below->first;
        if (down < up || (down == up && below->second % 2 == 0)) expected = below->second;
      }
      ASSERT_EQ(encode(dtype, value), expected) << name_of(dtype) << " " << value;
      // A number that becomes zero loses its sign where there is no negative zero.
      const bool fnuz = dtype == DType::f8e4m3fnuz || dtype == DType::f8e5m2fnuz;
      const int sign = fnuz && expected == 0 ? 0 : codes_of(dtype) / 2;
      ASSERT_EQ(encode(dtype, -value), expected | sign) << name_of(dtype) << " " << -value;
    }
  }
}

TEST(StoreFloat, of_what_is_too_large_is_what_the_type_has_for_it) {
  EXPECT_EQ(encode(DType::f16, 65519.9), 0x7BFF);
  EXPECT_EQ(encode(DType::f16, 65520), 0x7C00);
  EXPECT_EQ(encode(DType::f16, -1e300), 0xFC00);
  EXPECT_EQ(encode(DType::bf16, 1e300), 0x7F80);
  EXPECT_EQ(encode(DType::f8e5m2, 1e9), 0x7C);
  EXPECT_EQ(encode(DType::f8e4m3fn, 448), 0x7E);
  EXPECT_EQ(encode(DType::f8e4m3fn, 1e9), 0x7F);
  EXPECT_EQ(encode(DType::f8e4m3fnuz, -INFINITY), 0x80);
  EXPECT_EQ(encode(DType::f8e5m2fnuz, 1e9), 0x80);
  EXPECT_EQ(encode(DType::f4e2m1, 100), 0x7);
  EXPECT_EQ(encode(DType::f4e2m1, -INFINITY), 0xF);
  EXPECT_EQ(encode(DType::f8e8m0, 1e300), 254);
  EXPECT_EQ(encode(DType::f8e8m0, INFINITY), 255);
  EXPECT_EQ(encode(DType::f8e8m0, -3), 129);
  EXPECT_EQ(encode(DType::f8e8m0, 0), 0);
}

// A float in between would round twice: 1 + 2^-11 + 2^-40 is above the middle of two halves.
TEST(StoreFloat, rounds_a_double_once) {
  EXPECT_EQ(encode(DType::f16, 1 + 0x1p-11 + 0x1p-40), 0x3C01);
  EXPECT_EQ(encode(DType::bf16, 1 + 0x1p-8 + 0x1p-40), 0x3F81);
}

TEST(StoreInteger, wraps_to_the_type) {
  const auto through = [](DType dtype, int64_t value) {
    uint64_t stored = 0;
    store_integer(&stored, dtype, 0, value);
    return load_integer(&stored, dtype, 0);
  };
  EXPECT_EQ(through(DType::u8, 300), 44);
  EXPECT_EQ(through(DType::i8, 200), -56);
  EXPECT_EQ(through(DType::u16, -1), 65535);
  EXPECT_EQ(through(DType::i16, 40000), -25536);
  EXPECT_EQ(through(DType::i32, int64_t{1} << 31), INT32_MIN);
  EXPECT_EQ(through(DType::u32, -1), int64_t{UINT32_MAX});
  EXPECT_EQ(through(DType::u4, 19), 3);
  EXPECT_EQ(through(DType::i4, 9), -7);
  EXPECT_EQ(through(DType::u2, 6), 2);
  EXPECT_EQ(through(DType::i2, 3), -1);
  EXPECT_EQ(through(DType::boolean, 256), 1);
  EXPECT_EQ(through(DType::f32, 7), 7);
  uint8_t byte = 0;
  store_integer(&byte, DType::i4, 0, -1);
  EXPECT_EQ(byte, 0xFF);  // sign-extended in its byte
}

TEST(StoreFloat, to_an_integer_saturates) {
  int32_t stored = 0;
  store_float(&stored, DType::i32, 0, 1e20);
  EXPECT_EQ(stored, INT32_MAX);
  store_float(&stored, DType::i32, 0, NAN);
  EXPECT_EQ(stored, 0);
  uint64_t wide = 0;
  store_float(&wide, DType::u64, 0, 1e30);
  EXPECT_EQ(wide, UINT64_MAX);
  EXPECT_EQ(load_float(&wide, DType::u64, 0), 0x1p64);
}

// Every element type goes through a strip and comes out as it was.
TEST(StripProgram, copies_every_element_type) {
  constexpr int64_t count = 1300;
  for (uint32_t number = 1; number < TENON_DTYPE_COUNT; ++number) {
    const auto dtype = static_cast<DType>(number);
    const size_t bytes = element_bytes(dtype);
    std::vector<uint8_t> in(count * bytes), out(count * bytes);
    for (int64_t i = 0; i < count; ++i) {
      if (is_float(type_of(dtype)))
        store_float(in.data(), dtype, i, static_cast<double>(i % 97) / 8);
      if (!is_float(type_of(dtype))) store_integer(in.data(), dtype, i, i - 400);
    }
    for (const auto precision : {StripProgram::Precision::f64, StripProgram::Precision::f32}) {
      ExprPool pool;
      const Expr x = pool.load(0, type_of(dtype));
      const auto program = StripProgram::compile(pool.rows(), x.id(), 1, precision);
      ASSERT_TRUE(program.ok());
      std::ranges::fill(out, uint8_t{0xAA});
      const StripOperand operand{in.data(), dtype, count};
      const int64_t dims[] = {count};
      program->run({&operand, 1}, {}, dims, dtype, out.data(), 0, count);
      EXPECT_EQ(in, out) << name_of(dtype);
    }
  }
}

TEST(StripProgram, reads_zero_outside_of_an_operand) {
  const float data[] = {1, 2, 3};
  const StripOperand operand{data, DType::f32, 3};
  const int64_t dims[] = {5};
  for (const char* text : {"x[linear - 1]", "x[i64(i32(linear)) - 1]"}) {
    ExprPool pool;
    const auto e = parse_expr(pool, text, {{"x", pool.load(0, Type::f32)}});
    ASSERT_TRUE(e.ok());
    const auto program = StripProgram::compile(pool.rows(), e->id(), 1);
    float out[5] = {};
    program->run({&operand, 1}, {}, dims, DType::f32, out, 0, 5);
    EXPECT_EQ(std::vector<float>(out, out + 5), (std::vector<float>{0, 1, 2, 3, 0}));
  }
}

TEST(StripProgram, refuses_formulas_that_break_a_rule) {
  ExprPool pool;
  const Expr x = pool.load(3, Type::f32);
  EXPECT_FALSE(StripProgram::compile(pool.rows(), x.id(), 3).ok());
  EXPECT_FALSE(StripProgram::compile(pool.rows(), 99, 3).ok());
  const Expr far = pool.coordinate(1000);
  EXPECT_FALSE(StripProgram::compile(pool.rows(), far.id(), 0).ok());
}

}  // namespace
}  // namespace tenon
