// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/reference.h"
#include "sdk/testing/test_device.h"

#include <gtest/gtest.h>

// MatMul against dot products, one output element at a time.
namespace tenon::reference {
namespace {

using testing::TestDevice;
using testing::TestTensor;

// Element (batch, row, column) of two stacks of matrices; a stack of one is repeated.
double dot(const std::vector<double>& a, const std::vector<double>& b, int64_t a_matrix,
           int64_t b_matrix, const int64_t (&mkn)[3], int64_t row, int64_t column) {
  const auto [m, k, n] = mkn;
  double sum = 0;
  for (int64_t i = k; i-- > 0;) {
    sum += a[static_cast<size_t>((a_matrix * m + row) * k + i)] *
           b[static_cast<size_t>((b_matrix * k + i) * n + column)];
  }
  return sum;
}

TestTensor multiply(const TestTensor& a, const TestTensor& b, std::vector<int64_t> dims) {
  auto y = TestDevice(backend()).run_node("MatMul", {a, b},
                                          {testing::empty_tensor(a.dtype, std::move(dims))});
  EXPECT_TRUE(y.ok()) << y.status().message();
  return y.ok() ? (*y)[0] : TestTensor();
}

TEST(ReferenceMatMul, tiles_of_every_kind) {
  for (const auto& [m, k, n] : {std::array<int64_t, 3>{1, 1, 1},
                                {17, 3, 300},
                                {33, 1100, 5},
                                {16, 1024, 256},
                                {1, 50, 257},
                                {40, 2, 1}}) {
    const TestTensor a = testing::random_tensor(DType::f64, {m, k}, 1);
    const TestTensor b = testing::random_tensor(DType::f64, {k, n}, 2);
    const TestTensor y = multiply(a, b, {m, n});
    const std::vector<double> as = a.reals(), bs = b.reals();
    for (int64_t i = 0; i < m * n; ++i) {
      ASSERT_NEAR(y.real(i), dot(as, bs, 0, 0, {m, k, n}, i / n, i % n), 1e-10)
          << m << "x" << k << "x" << n << " element " << i;
    }
  }
}

TEST(ReferenceMatMul, batches_broadcast_on_both_sides) {
  const TestTensor a = testing::random_tensor(DType::f32, {3, 1, 2, 4}, 1);
  const TestTensor b = testing::random_tensor(DType::f32, {5, 4, 3}, 2);
  const TestTensor y = multiply(a, b, {3, 5, 2, 3});
  const std::vector<double> as = a.reals(), bs = b.reals();
  for (int64_t i = 0; i < 3 * 5 * 6; ++i) {
    ASSERT_NEAR(y.real(i), dot(as, bs, i / 30, i / 6 % 5, {2, 4, 3}, i / 3 % 2, i % 3), 1e-5);
  }
}

TEST(ReferenceMatMul, vectors_lose_their_axis) {
  const TestTensor v = testing::tensor(DType::f32, {3}, {1, 2, 3});
  const TestTensor m = testing::tensor(DType::f32, {3, 2}, {1, 10, 2, 20, 3, 30});
  const TestTensor t = testing::tensor(DType::f32, {2, 3}, {1, 2, 3, 10, 20, 30});
  EXPECT_EQ(multiply(v, m, {2}).reals(), (std::vector<double>{14, 140}));
  EXPECT_EQ(multiply(t, v, {2}).reals(), (std::vector<double>{14, 140}));
  EXPECT_EQ(multiply(v, v, {}).reals(), (std::vector<double>{14}));
}

TEST(ReferenceMatMul, integers_wrap_and_an_empty_sum_is_zero) {
  const TestTensor a = testing::tensor(DType::u8, {1, 2}, {200, 100});
  const TestTensor b = testing::tensor(DType::u8, {2, 1}, {2, 3});
  EXPECT_EQ(multiply(a, b, {1, 1}).integer(0), 700 % 256);
  const TestTensor none = multiply(testing::empty_tensor(DType::f32, {2, 0}),
                                   testing::empty_tensor(DType::f32, {0, 3}), {2, 3});
  EXPECT_EQ(none.reals(), std::vector<double>(6, 0.0));
}

TEST(ReferenceMatMul, halves_are_rounded_once) {
  // 1 + 2^-11 + 2^-11 is 1 + 2^-10 in f16; rounded after each step it would stay 1.
  const double small = 1.0 / 2048;
  const TestTensor a = testing::tensor(DType::f16, {1, 3}, {1, small, small});
  const TestTensor b = testing::tensor(DType::f16, {3, 1}, {1, 1, 1});
  EXPECT_EQ(multiply(a, b, {1, 1}).real(0), 1 + 1.0 / 1024);
}

// x times the transpose of weights: halves as they are, or times 3. Where the transposed matrix is
// an output too, it must be made.
std::vector<std::byte> times_stored(std::vector<int64_t> weights, int64_t rows, bool is_decoded,
                                    bool is_made) {
  testing::BlobWriter blob;
  ExprPool& pool = blob.exprs();
  const auto formula = [](Expr expr) { return static_cast<uint32_t>(expr.id()); };
  const size_t rank = weights.size();
  const int64_t columns = weights[rank - 2], depth = weights[rank - 1];
  std::vector<int64_t> turned = weights, left = weights, out = weights;
  std::swap(turned[rank - 2], turned[rank - 1]);
  left[rank - 2] = out[rank - 2] = rows;
  out[rank - 1] = columns;
  const uint32_t x = blob.input(DType::f32, left), stored = blob.input(DType::f16, weights);
  uint32_t matrix = stored;
  if (is_decoded) {
    matrix = blob.value(DType::f32, weights);
    blob.node("Decode", {stored}, {matrix}, {},
              formula(pool.load(0, Type::f32) * 3 + pool.cast(pool.coordinate(1), Type::f32)));
  }
  Expr place = pool.coordinate(static_cast<int64_t>(rank) - 1) * depth +
               pool.coordinate(static_cast<int64_t>(rank) - 2);
  if (rank == 3) place = pool.coordinate(0) * (columns * depth) + place;
  const uint32_t right = blob.value(DType::f32, turned), y = blob.value(DType::f32, out);
  blob.node("Transpose", {matrix}, {right}, {}, formula(pool.load(0, Type::f32, place)));
  blob.node("MatMul", {x, right}, {y});
  blob.output(y);
  std::vector<testing::TestTensor> outputs = {testing::empty_tensor(DType::f32, out)};
  if (is_made) {
    blob.output(right);
    outputs.push_back(testing::empty_tensor(DType::f32, turned));
  }
  const auto found = testing::TestDevice(backend()).run(
      blob.finish(),
      {testing::random_tensor(DType::f32, left, 1), testing::random_tensor(DType::f16, weights, 2)},
      outputs);
  EXPECT_TRUE(found.ok()) << found.status().message();
  return found.ok() ? (*found)[0].bytes : std::vector<std::byte>();
}

TEST(ReferenceMatMul, weights_taken_as_they_are_stored_give_the_same_bits) {
  const std::vector<std::vector<int64_t>> cases = {{7, 5}, {70, 130}, {3, 2500}, {2, 9, 12}};
  for (const std::vector<int64_t>& weights : cases) {
    for (const bool is_decoded : {false, true}) {
      for (const int64_t rows : {1, 3, 20}) {
        EXPECT_TRUE(times_stored(weights, rows, is_decoded, false) ==
                    times_stored(weights, rows, is_decoded, true))
            << weights[0] << " by " << weights[1] << ", " << rows << " rows, " << is_decoded;
      }
    }
  }
}

}  // namespace
}  // namespace tenon::reference
