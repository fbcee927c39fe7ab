// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/graph/weight_file.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

// Plain arithmetic in f64 over the tensors of a file: what the passes of families.h are written
// with, and nothing of the engine's operators. A name that the file lacks ends the program.
namespace tenon::weights {

struct Matrix {
  int64_t rows = 0;
  int64_t columns = 0;
  std::vector<double> values;

  Matrix() = default;
  Matrix(int64_t rows_, int64_t columns_)
      : rows(rows_), columns(columns_), values(static_cast<size_t>(rows_ * columns_)) {}
  double* row(int64_t r) { return values.data() + r * columns; }
  const double* row(int64_t r) const { return values.data() + r * columns; }
};

class Tensors {
 public:
  explicit Tensors(const WeightFile& file) : file_(file) {}
  bool has(const std::string& name) const { return file_.tensors.contains(name); }
  // Vectors have one row; of more than two axes all but the last are rows.
  Matrix operator()(const std::string& name) const;

 private:
  const WeightFile& file_;
};

Matrix rows_of(const Matrix& table, std::span<const int32_t> rows);
Matrix columns_of(const Matrix& x, int64_t first, int64_t count);
Matrix transposed(const Matrix& x);
// x [n, in] times w [out, in], plus a bias of one row when it has any.
Matrix linear(const Matrix& x, const Matrix& w, const Matrix& bias = {});
Matrix sum(const Matrix& a, const Matrix& b);
Matrix product(const Matrix& a, const Matrix& b);  // element by element
Matrix scaled(Matrix x, double factor);
template <class F>
Matrix each(Matrix x, F&& f) {
  for (double& value : x.values) value = f(value);
  return x;
}

// Over groups of `size` columns, each with the same or, when w is as wide as x, its own weights.
Matrix rms_norm(Matrix x, const Matrix& w, double epsilon, int64_t size = 0, double plus = 0);
Matrix layer_norm(Matrix x, const Matrix& w, const Matrix& bias, double epsilon, int64_t size = 0);

double silu(double x);
double sigmoid(double x);
double softplus(double x);
double gelu_tanh(double x);

// Pairs (k, k + half) of each head of `dim` columns turned by their row's position.
Matrix rotated(Matrix x, int64_t dim, double base);
// Causal, scaled; key head of a query head is h * kv / heads.
Matrix attention(const Matrix& q, const Matrix& k, const Matrix& v, int64_t heads, int64_t kv,
                 double scale);

}  // namespace tenon::weights
