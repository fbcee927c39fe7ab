// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/level_tests.h"
#include "plugins/backends/cpu/mat_product.h"

#include <gtest/gtest.h>

// MatMul and Gemm against sums in double, at every level of this processor.
namespace tenon::cpu {
namespace {

using testing::integer;
using testing::TestAttr;
using testing::TestDevice;
using testing::TestTensor;
using Dims = std::vector<int64_t>;

TestTensor run(const std::string& op, const std::vector<TestTensor>& inputs, const Dims& dims,
               const std::vector<TestAttr>& attrs = {}) {
  const auto y =
      TestDevice(backend()).run_node(op, inputs, {testing::empty_tensor(DType::f32, dims)}, attrs);
  EXPECT_TRUE(y.ok()) << y.status().message();
  return y.ok() ? (*y)[0] : TestTensor{};
}

// Index of the matrix of an operand that makes matrix `flat` of the output.
int64_t matrix_of(int64_t flat, Dims batch, Dims operand) {
  operand.insert(operand.begin(), batch.size() - operand.size(), 1);
  int64_t index = 0, step = 1;
  for (size_t axis = batch.size(); axis-- > 0; flat /= batch[axis]) {
    if (operand[axis] != 1) index += flat % batch[axis] * step;
    step *= operand[axis];
  }
  return index;
}

// a [batch a..., m, k] by b [batch b..., k, n].
void expect_product(const Dims& batch_a, const Dims& batch_b, const Dims& batch, int64_t m,
                    int64_t k, int64_t n) {
  Dims a_dims = batch_a, b_dims = batch_b, y_dims = batch;
  a_dims.insert(a_dims.end(), {m, k});
  b_dims.insert(b_dims.end(), {k, n});
  y_dims.insert(y_dims.end(), {m, n});
  const TestTensor a = testing::random_tensor(DType::f32, a_dims, 1);
  const TestTensor b = testing::random_tensor(DType::f32, b_dims, 2);
  const std::vector<double> as = a.reals(), bs = b.reals();
  for_each_level([&] {
    const std::vector<double> found = run("MatMul", {a, b}, y_dims).reals();
    for (size_t i = 0; i < found.size(); ++i) {
      const auto at = static_cast<int64_t>(i);
      const int64_t matrix = at / (m * n), row = at / n % m, column = at % n;
      const int64_t in_a = (matrix_of(matrix, batch, batch_a) * m + row) * k;
      const int64_t in_b = matrix_of(matrix, batch, batch_b) * k * n + column;
      double sum = 0;
      for (int64_t j = 0; j < k; ++j) {
        sum += as[static_cast<size_t>(in_a + j)] * bs[static_cast<size_t>(in_b + j * n)];
      }
      ASSERT_NEAR(found[i], sum, 1e-4 + 1e-6 * static_cast<double>(k)) << "element " << i;
    }
  });
}

TEST(CpuMatMul, matrices_of_many_sizes) {
  for (const int64_t m : {1, 2, 7, 13, 40}) {
    for (const int64_t n : {1, 3, 16, 31, 32, 33, 100}) expect_product({}, {}, {}, m, 19, n);
  }
}
TEST(CpuMatMul, nothing_to_sum) { expect_product({}, {}, {}, 3, 0, 5); }
TEST(CpuMatMul, rows_a_cache_period_apart) { expect_product({}, {}, {}, 20, 1024, 40); }
TEST(CpuMatMul, batches_are_broadcast) {
  expect_product({2, 3}, {2, 3}, {2, 3}, 5, 6, 7);
  expect_product({3}, {2, 1}, {2, 3}, 5, 6, 7);
  expect_product({2, 1}, {3}, {2, 3}, 1, 6, 40);
  expect_product({}, {4}, {4}, 5, 6, 7);
  expect_product({4}, {}, {4}, 5, 6, 7);
  expect_product({4, 2}, {1, 1}, {4, 2}, 3, 6, 7);
}
TEST(CpuMatMul, enough_work_for_many_chunks) {
  expect_product({2}, {2}, {2}, 130, 200, 300);
  expect_product({}, {}, {}, 200, 300, 70);
}

TEST(CpuMatMul, vectors_on_either_side) {
  const TestTensor matrix = testing::random_tensor(DType::f32, {6, 6}, 1);
  const TestTensor vector = testing::random_tensor(DType::f32, {6}, 2);
  const std::vector<double> left = run("MatMul", {vector, matrix}, {6}).reals();
  const std::vector<double> right = run("MatMul", {matrix, vector}, {6}).reals();
  for (int64_t i = 0; i < 6; ++i) {
    double of_column = 0, of_row = 0;
    for (int64_t k = 0; k < 6; ++k) {
      of_column += vector.real(k) * matrix.real(k * 6 + i);
      of_row += vector.real(k) * matrix.real(i * 6 + k);
    }
    EXPECT_NEAR(left[static_cast<size_t>(i)], of_column, 1e-5);
    EXPECT_NEAR(right[static_cast<size_t>(i)], of_row, 1e-5);
  }
}

TEST(CpuMatMul, packing_changes_no_bit) {
  constexpr int64_t rows = 37, inner = 50, columns = 45;
  const TestTensor a = testing::random_tensor(DType::f32, {rows, inner}, 1);
  const TestTensor b = testing::random_tensor(DType::f32, {inner, columns}, 2);
  for_each_level([&] {
    const TestTensor expected = run("MatMul", {a, b}, {rows, columns});
    const std::vector<float> packed =
        pack_columns(reinterpret_cast<const float*>(b.bytes.data()), inner, columns, false);
    const MatProduct product(rows, inner, columns, 1);
    std::vector<float> found(rows * columns);
    for (int64_t chunk = 0; chunk < product.chunks(); ++chunk) {
      product.run({.a = reinterpret_cast<const float*>(a.bytes.data()),
                   .packed = packed.data(),
                   .c = found.data()},
                  chunk);
    }
    for (size_t i = 0; i < found.size(); ++i) {
      ASSERT_EQ(found[i], expected.real(static_cast<int64_t>(i))) << "element " << i;
    }
  });
}

// a [m, 30] by b, turned or not, plus c.
void expect_gemm(int64_t m, int64_t n, bool turned, const Dims& c_dims) {
  constexpr int64_t inner = 30;
  const TestTensor a = testing::random_tensor(DType::f32, {m, inner}, 1);
  const TestTensor b =
      testing::random_tensor(DType::f32, turned ? Dims{n, inner} : Dims{inner, n}, 2);
  const TestTensor c = testing::random_tensor(DType::f32, c_dims, 3);
  const int64_t c_columns = c_dims.empty() ? 1 : c_dims.back();
  for_each_level([&] {
    const TestTensor y = run("Gemm", {a, b, c}, {m, n}, {integer("transB", turned ? 1 : 0)});
    for (int64_t i = 0; i < m * n; ++i) {
      const int64_t row = i / n, column = i % n;
      const int64_t c_row = c_dims.size() == 2 && c_dims[0] != 1 ? row : 0;
      double sum = c.real(c_row * c_columns + (c_columns == 1 ? 0 : column));
      for (int64_t k = 0; k < inner; ++k) {
        sum += a.real(row * inner + k) * b.real(turned ? column * inner + k : k * n + column);
      }
      ASSERT_NEAR(y.real(i), sum, 1e-4) << "element " << i;
    }
  });
}

TEST(CpuGemm, adds_a_third_operand_of_any_form) {
  for (const bool turned : {false, true}) {
    expect_gemm(9, 37, turned, {37});
    expect_gemm(9, 37, turned, {9, 1});
    expect_gemm(1, 64, turned, {1, 64});
    expect_gemm(14, 5, turned, {14, 5});
    expect_gemm(3, 4, turned, {});
  }
}

}  // namespace
}  // namespace tenon::cpu
