// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/constant_host.h"
#include "plugins/backends/cpu/cpu.h"

#include <gtest/gtest.h>

#include <cmath>

// Nodes with packed weights, as a program runs them.
namespace tenon::cpu {
namespace {

using testing::TestTensor;

constexpr int64_t rows = 3, columns = 128, outputs = 21, block = 64;

struct NBits {
  TestTensor x, b, scales, zeros;
  int64_t bits;
};

NBits n_bits(int64_t bits) {
  const int64_t blocks = columns / block;
  NBits made = {testing::random_tensor(DType::f32, {rows, columns}, 1),
                testing::empty_tensor(DType::u8, {outputs, blocks, block * bits / 8}),
                testing::random_tensor(DType::f32, {outputs * blocks}, 3),
                testing::empty_tensor(DType::u8, {outputs, (blocks * bits + 7) / 8}), bits};
  for (size_t i = 0; i < made.b.bytes.size(); ++i) made.b.bytes[i] = std::byte(i * 37 + i / 11);
  for (size_t i = 0; i < made.zeros.bytes.size(); ++i) made.zeros.bytes[i] = std::byte(i * 91 + 5);
  return made;
}

double weight(const NBits& m, int64_t n, int64_t k) {
  const int64_t a_byte = 8 / m.bits, blocks = columns / block, mask = (1 << m.bits) - 1;
  const auto at = [&](const TestTensor& t, int64_t row_bytes, int64_t place) {
    const auto byte =
        std::to_integer<int64_t>(t.bytes[static_cast<size_t>(n * row_bytes + place / a_byte)]);
    return (byte >> (place % a_byte * m.bits)) & mask;
  };
  const int64_t code = at(m.b, columns / a_byte, k);
  const int64_t zero = at(m.zeros, (blocks * m.bits + 7) / 8, k / block);
  return double(code - zero) * m.scales.real(n * blocks + k / block);
}

TEST(PackedProduct, blocks_of_4_and_8_bits_with_zeros_are_multiplied) {
  for (const int64_t bits : {4, 8}) {
    const NBits m = n_bits(bits);
    const auto y =
        run_with_constants(backend(), "com.microsoft.MatMulNBits", {m.x, m.b, m.scales, m.zeros}, 1,
                           {}, {testing::empty_tensor(DType::f32, {rows, outputs})},
                           {testing::integer("K", columns), testing::integer("N", outputs),
                            testing::integer("bits", bits), testing::integer("block_size", block)});
    ASSERT_TRUE(y.ok()) << y.status().message();
    for (int64_t i = 0; i < rows * outputs; ++i) {
      double sum = 0, all = 0;
      for (int64_t k = 0; k < columns; ++k) {
        const double term = m.x.real(i / outputs * columns + k) * weight(m, i % outputs, k);
        sum += term;
        all += std::abs(term);
      }
      EXPECT_NEAR((*y)[0].real(i), sum, 1e-6 * all) << bits << " bits, element " << i;
    }
  }
}

TEST(PackedProduct, rows_of_any_rank_meet_a_matrix_of_halves) {
  const TestTensor x = testing::random_tensor(DType::f32, {2, 3, 40}, 1);
  const TestTensor w = testing::random_tensor(DType::f16, {37, 40}, 2);
  const auto y = run_with_constants(backend(), "tenon.Linear", {x, w}, 1, {},
                                    {testing::empty_tensor(DType::f32, {2, 3, 37})},
                                    {testing::integer("outputs", 37)});
  ASSERT_TRUE(y.ok()) << y.status().message();
  for (int64_t i = 0; i < 6 * 37; ++i) {
    double sum = 0;
    for (int64_t k = 0; k < 40; ++k) sum += x.real(i / 37 * 40 + k) * w.real(i % 37 * 40 + k);
    EXPECT_NEAR((*y)[0].real(i), sum, 1e-5) << i;
  }
}

}  // namespace
}  // namespace tenon::cpu
