// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/constant_host.h"
#include "plugins/backends/cpu/cpu.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

// Operators on bytes against plain loops: the bytes must be the same, at every level.
namespace tenon::cpu {
namespace {

using testing::empty_tensor;
using testing::ints;
using testing::tensor;
using testing::TestTensor;
using Reals = std::vector<double>;

TestTensor random_bytes(DType dtype, std::vector<int64_t> dims, uint32_t seed) {
  TestTensor made = empty_tensor(dtype, std::move(dims));
  std::mt19937 random(seed);
  for (std::byte& byte : made.bytes) byte = static_cast<std::byte>(random() >> 8);
  return made;
}

struct Geometry {
  std::vector<int64_t> x;  // [images, channels, height, width]
  std::vector<int64_t> w;  // [channels, channels of a group, height, width]
  int64_t group = 1;
  int64_t stride = 1;
  int64_t dilation = 1;
  int64_t pad = 0;

  int64_t out(size_t axis) const {
    return (x[axis] + 2 * pad - (w[axis] - 1) * dilation - 1) / stride + 1;
  }
};

const std::vector<Geometry> geometries = {
    {.x = {1, 5, 6, 7}, .w = {9, 5, 1, 1}},
    {.x = {2, 4, 9, 11}, .w = {6, 2, 3, 3}, .group = 2, .pad = 1},
    {.x = {1, 3, 21, 20}, .w = {24, 3, 3, 3}, .stride = 2, .pad = 1},
    {.x = {1, 17, 1, 230}, .w = {10, 17, 1, 5}, .dilation = 3},
    {.x = {1, 8, 13, 10}, .w = {8, 1, 3, 3}, .group = 8, .pad = 1},
    {.x = {1, 6, 15, 14}, .w = {6, 1, 5, 3}, .group = 6, .stride = 2, .pad = 2},
};

// The sum of one output place, less zero points.
int64_t sum_at(const Geometry& g, const TestTensor& x, int64_t zero_x, const TestTensor& w,
               const TestTensor& zeros, int64_t image, int64_t m, int64_t y0, int64_t x0) {
  int64_t sum = 0;
  const int64_t first = m / (g.w[0] / g.group) * g.w[1];
  for (int64_t c = 0; c < g.w[1]; ++c) {
    for (int64_t ky = 0; ky < g.w[2]; ++ky) {
      for (int64_t kx = 0; kx < g.w[3]; ++kx) {
        const int64_t y = y0 * g.stride + ky * g.dilation - g.pad;
        const int64_t column = x0 * g.stride + kx * g.dilation - g.pad;
        if (y < 0 || y >= g.x[2] || column < 0 || column >= g.x[3]) continue;
        const int64_t at = ((image * g.x[1] + first + c) * g.x[2] + y) * g.x[3] + column;
        const int64_t weight = ((m * g.w[1] + c) * g.w[2] + ky) * g.w[3] + kx;
        sum += (x.integer(at) - zero_x) * (w.integer(weight) - zeros.integer(m));
      }
    }
  }
  return sum;
}

struct ConvCase {
  TestTensor x, w, zeros, bias, scales;
  double zero_x;
};

ConvCase conv_case(const Geometry& g, DType data, DType weights) {
  const double least = weights == DType::u8 ? 120 : -3;
  Reals zeros, scales;
  for (int64_t m = 0; m < g.w[0]; ++m) {
    zeros.push_back(least + static_cast<double>(m % 7));
    scales.push_back(0.01 + 0.001 * static_cast<double>(m));
  }
  TestTensor bias = random_bytes(DType::i32, {g.w[0]}, 3);
  for (size_t i = 2; i < bias.bytes.size(); i += 4) bias.bytes[i] = bias.bytes[i + 1] = {};
  return {random_bytes(data, g.x, 1),           random_bytes(weights, g.w, 2),
          tensor(weights, {g.w[0]}, zeros),     std::move(bias),
          tensor(DType::f32, {g.w[0]}, scales), data == DType::u8 ? 130.0 : -4.0};
}

std::vector<testing::TestAttr> attributes(const Geometry& g) {
  return {testing::integer("group", g.group), ints("kernel_shape", {g.w[2], g.w[3]}),
          ints("strides", {g.stride, g.stride}), ints("dilations", {g.dilation, g.dilation}),
          ints("pads", {g.pad, g.pad, g.pad, g.pad})};
}

template <class F>
void each_place(const Geometry& g, F&& f) {
  int64_t at = 0;
  for (int64_t image = 0; image < g.x[0]; ++image) {
    for (int64_t m = 0; m < g.w[0]; ++m) {
      for (int64_t y = 0; y < g.out(2); ++y) {
        for (int64_t x = 0; x < g.out(3); ++x) f(at++, image, m, y, x);
      }
    }
  }
}

void expect_q_linear_conv(const Geometry& g, DType data, DType weights) {
  const ConvCase c = conv_case(g, data, weights);
  const double zero_y = data == DType::u8 ? 120 : 5;
  const double scale_y = 1.5;
  const TestTensor out = empty_tensor(data, {g.x[0], g.w[0], g.out(2), g.out(3)});
  const auto y = run_with_constants(
      backend(), "QLinearConv",
      {c.x, tensor(DType::f32, {}, {0.05}), tensor(data, {}, {c.zero_x}), c.w, c.scales, c.zeros,
       tensor(DType::f32, {}, {scale_y}), tensor(data, {}, {zero_y}), c.bias},
      1, {}, {out}, attributes(g));
  ASSERT_TRUE(y.ok()) << y.status().message();
  const double low = data == DType::u8 ? 0 : -128;
  each_place(g, [&](int64_t at, int64_t image, int64_t m, int64_t row, int64_t column) {
    const int64_t sum = c.bias.integer(m) + sum_at(g, c.x, static_cast<int64_t>(c.zero_x), c.w,
                                                   c.zeros, image, m, row, column);
    const float scale = 0.05f * static_cast<float>(c.scales.real(m)) / 1.5f;
    const double code = std::nearbyint(static_cast<float>(sum) * scale) + zero_y;
    ASSERT_EQ(static_cast<double>((*y)[0].integer(at)), std::clamp(code, low, low + 255))
        << "element " << at;
  });
}

TEST(CpuInt8, q_linear_conv_gives_the_bytes_of_plain_loops) {
  each_level([](Level level) {
    for (const Geometry& g : geometries) {
      SCOPED_TRACE(std::string(to_text(level)));
      expect_q_linear_conv(g, DType::u8, DType::i8);
      expect_q_linear_conv(g, DType::u8, DType::u8);
      expect_q_linear_conv(g, DType::i8, DType::i8);
    }
  });
}

TEST(CpuInt8, conv_integer_gives_the_sums_of_plain_loops) {
  each_level([](Level level) {
    SCOPED_TRACE(std::string(to_text(level)));
    for (const Geometry& g : geometries) {
      const ConvCase c = conv_case(g, DType::u8, DType::u8);
      const TestTensor out = empty_tensor(DType::i32, {g.x[0], g.w[0], g.out(2), g.out(3)});
      const auto y = run_with_constants(backend(), "ConvInteger",
                                        {c.x, c.w, tensor(DType::u8, {}, {c.zero_x}), c.zeros}, 1,
                                        {2}, {out}, attributes(g));
      ASSERT_TRUE(y.ok()) << y.status().message();
      each_place(g, [&](int64_t at, int64_t image, int64_t m, int64_t row, int64_t column) {
        ASSERT_EQ((*y)[0].integer(at), sum_at(g, c.x, static_cast<int64_t>(c.zero_x), c.w, c.zeros,
                                              image, m, row, column))
            << "element " << at;
      });
    }
  });
}

struct ProductCase {
  int64_t rows, inner, columns;
  TestTensor a, b, zeros;
  int64_t zero_a = 131;

  ProductCase(int64_t m, int64_t k, int64_t n, DType weights)
      : rows(m),
        inner(k),
        columns(n),
        a(random_bytes(DType::u8, {m, k}, 1)),
        b(random_bytes(weights, {k, n}, 2)),
        zeros(random_bytes(weights, {n}, 3)) {}

  int64_t sum(int64_t m, int64_t n) const {
    int64_t total = 0;
    for (int64_t k = 0; k < inner; ++k) {
      total +=
          (a.integer(m * inner + k) - zero_a) * (b.integer(k * columns + n) - zeros.integer(n));
    }
    return total;
  }
};

TEST(CpuInt8, mat_mul_integer_gives_the_sums_of_plain_loops) {
  each_level([](Level level) {
    SCOPED_TRACE(std::string(to_text(level)));
    for (const ProductCase& c :
         {ProductCase(1, 5, 3, DType::i8), ProductCase(67, 33, 100, DType::u8)}) {
      const auto y = run_with_constants(backend(), "MatMulInteger",
                                        {c.a, c.b, tensor(DType::u8, {}, {131}), c.zeros}, 1, {2},
                                        {empty_tensor(DType::i32, {c.rows, c.columns})});
      ASSERT_TRUE(y.ok()) << y.status().message();
      for (int64_t i = 0; i < c.rows * c.columns; ++i) {
        ASSERT_EQ((*y)[0].integer(i), c.sum(i / c.columns, i % c.columns)) << "element " << i;
      }
    }
  });
}

TEST(CpuInt8, q_linear_mat_mul_gives_the_bytes_of_plain_loops) {
  each_level([](Level level) {
    SCOPED_TRACE(std::string(to_text(level)));
    const ProductCase c(9, 70, 50, DType::i8);
    const auto y =
        run_with_constants(backend(), "QLinearMatMul",
                           {c.a, tensor(DType::f32, {}, {0.5}), tensor(DType::u8, {}, {131}), c.b,
                            tensor(DType::f32, {}, {0.25}), c.zeros, tensor(DType::f32, {}, {128}),
                            tensor(DType::u8, {}, {100})},
                           1, {}, {empty_tensor(DType::u8, {c.rows, c.columns})});
    ASSERT_TRUE(y.ok()) << y.status().message();
    for (int64_t i = 0; i < c.rows * c.columns; ++i) {
      const double sum = static_cast<double>(c.sum(i / c.columns, i % c.columns));
      const double code = std::clamp(std::nearbyint(sum / 1024) + 100, 0.0, 255.0);
      ASSERT_EQ(static_cast<double>((*y)[0].integer(i)), code) << "element " << i;
    }
  });
}

TEST(CpuInt8, dynamic_quantize_linear_takes_the_range_of_all_numbers) {
  each_level([](Level level) {
    SCOPED_TRACE(std::string(to_text(level)));
    const int64_t count = 40000;
    Reals values(static_cast<size_t>(count), 0.25);
    values[39999] = 3;
    values[17] = -1;
    const auto y = run_with_constants(backend(), "DynamicQuantizeLinear",
                                      {tensor(DType::f32, {count}, values)}, 1, {},
                                      {empty_tensor(DType::u8, {count}),
                                       empty_tensor(DType::f32, {}), empty_tensor(DType::u8, {})});
    ASSERT_TRUE(y.ok()) << y.status().message();
    EXPECT_EQ((*y)[1].real(0), double{4.0f / 255});
    EXPECT_EQ((*y)[2].integer(0), 64);
    EXPECT_EQ((*y)[0].integer(17), 0);
    EXPECT_EQ((*y)[0].integer(18), 80);
    EXPECT_EQ((*y)[0].integer(39999), 255);
  });
}

TEST(CpuInt8, quantized_conv_cuts_at_zero_where_a_relu_was) {
  each_level([](Level level) {
    SCOPED_TRACE(std::string(to_text(level)));
    const auto y = run_with_constants(
        backend(), "tenon.QuantizedConv",
        {tensor(DType::u8, {1, 1, 1, 3}, {0, 10, 20}), tensor(DType::f32, {}, {0.5}),
         tensor(DType::u8, {}, {10}), tensor(DType::i8, {1, 1, 1, 1}, {4}),
         tensor(DType::f32, {1}, {0.25}), tensor(DType::i8, {1}, {0}), tensor(DType::f32, {}, {1}),
         tensor(DType::u8, {}, {7}), tensor(DType::i32, {1}, {8}),
         tensor(DType::f32, {1}, {0.125})},
        1, {}, {empty_tensor(DType::u8, {1, 1, 1, 3})},
        {testing::integer("relu", 1), ints("kernel_shape", {1, 1}), ints("strides", {1, 1}),
         ints("dilations", {1, 1}), ints("pads", {0, 0, 0, 0})});
    ASSERT_TRUE(y.ok()) << y.status().message();
    EXPECT_EQ((*y)[0].reals(), (Reals{7, 8, 13}));
  });
}

TEST(CpuInt8, a_bias_of_another_scale_is_refused) {
  const auto y = run_with_constants(
      backend(), "tenon.QuantizedConv",
      {tensor(DType::u8, {1, 1, 1, 1}, {0}), tensor(DType::f32, {}, {0.5}),
       tensor(DType::u8, {}, {10}), tensor(DType::i8, {1, 1, 1, 1}, {4}),
       tensor(DType::f32, {1}, {0.25}), tensor(DType::i8, {1}, {0}), tensor(DType::f32, {}, {1}),
       tensor(DType::u8, {}, {7}), tensor(DType::i32, {1}, {8}), tensor(DType::f32, {1}, {0.5})},
      1, {}, {empty_tensor(DType::u8, {1, 1, 1, 1})});
  EXPECT_EQ(y.status().code(), Code::unsupported);
}

TEST(CpuInt8, codes_take_another_scale_by_a_table) {
  each_level([](Level level) {
    SCOPED_TRACE(std::string(to_text(level)));
    const auto y = run_with_constants(
        backend(), "tenon.Requantize",
        {tensor(DType::u8, {4}, {0, 3, 4, 255}), tensor(DType::f32, {}, {0.5}),
         tensor(DType::u8, {}, {3}), tensor(DType::f32, {}, {0.2}), tensor(DType::i8, {}, {-5})},
        1, {}, {empty_tensor(DType::i8, {4})});
    ASSERT_TRUE(y.ok()) << y.status().message();
    EXPECT_EQ((*y)[0].reals(), (Reals{-13, -5, -3, 127}));
  });
}

TEST(CpuInt8, pooling_takes_the_greatest_code_of_a_window) {
  each_level([](Level level) {
    SCOPED_TRACE(std::string(to_text(level)));
    for (const DType dtype : {DType::u8, DType::i8}) {
      const TestTensor x = random_bytes(dtype, {2, 3, 21, 37}, 5);
      const auto y = run_with_constants(
          backend(), "Pool", {x}, 1, {}, {empty_tensor(dtype, {2, 3, 11, 19})},
          {testing::word("mode", "max"), ints("kernel_shape", {3, 3}), ints("strides", {2, 2}),
           ints("dilations", {1, 1}), ints("pads", {1, 1, 1, 1})});
      ASSERT_TRUE(y.ok()) << y.status().message();
      for (int64_t i = 0; i < (*y)[0].elements(); ++i) {
        int64_t most = -128;
        const int64_t row = i / 19 % 11 * 2;
        const int64_t column = i % 19 * 2;
        for (int64_t r = std::max<int64_t>(row - 1, 0); r < std::min<int64_t>(row + 2, 21); ++r) {
          for (int64_t k = std::max<int64_t>(column - 1, 0); k < std::min<int64_t>(column + 2, 37);
               ++k) {
            most = std::max(most, x.integer((i / 19 / 11 * 21 + r) * 37 + k));
          }
        }
        ASSERT_EQ((*y)[0].integer(i), most) << "element " << i;
      }
    }
  });
}

}  // namespace
}  // namespace tenon::cpu
