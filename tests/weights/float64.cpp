// SPDX-License-Identifier: Apache-2.0
#include "tests/weights/float64.h"

#include "tenon/strip_vm.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

namespace tenon::weights {

Matrix Tensors::operator()(const std::string& name) const {
  const auto found = file_.tensors.find(name);
  if (found == file_.tensors.end() || !found->second.format.empty()) {
    fmt::print("{} is not in the file as plain numbers\n", name);
    std::exit(2);
  }
  const StoredTensor& tensor = found->second;
  int64_t rows = 1;
  for (size_t axis = 0; axis + 1 < tensor.dims.size(); ++axis) rows *= tensor.dims[axis];
  Matrix matrix(rows, tensor.dims.empty() ? 1 : tensor.dims.back());
  for (int64_t i = 0; i < matrix.rows * matrix.columns; ++i) {
    matrix.values[static_cast<size_t>(i)] = load_float(tensor.bytes.data(), tensor.dtype, i);
  }
  return matrix;
}

Matrix rows_of(const Matrix& table, std::span<const int32_t> rows) {
  Matrix taken(static_cast<int64_t>(rows.size()), table.columns);
  for (int64_t r = 0; r < taken.rows; ++r) {
    const double* from = table.row(rows[static_cast<size_t>(r)]);
    std::copy(from, from + table.columns, taken.row(r));
  }
  return taken;
}

Matrix columns_of(const Matrix& x, int64_t first, int64_t count) {
  Matrix taken(x.rows, count);
  for (int64_t r = 0; r < x.rows; ++r) {
    std::copy(x.row(r) + first, x.row(r) + first + count, taken.row(r));
  }
  return taken;
}

Matrix transposed(const Matrix& x) {
  Matrix y(x.columns, x.rows);
  for (int64_t r = 0; r < x.rows; ++r) {
    for (int64_t c = 0; c < x.columns; ++c) y.row(c)[r] = x.row(r)[c];
  }
  return y;
}

Matrix linear(const Matrix& x, const Matrix& w, const Matrix& bias) {
  Matrix y(x.rows, w.rows);
  for (int64_t r = 0; r < x.rows; ++r) {
    for (int64_t o = 0; o < w.rows; ++o) {
      double total = bias.values.empty() ? 0 : bias.row(0)[o];
      for (int64_t c = 0; c < x.columns; ++c) total += x.row(r)[c] * w.row(o)[c];
      y.row(r)[o] = total;
    }
  }
  return y;
}

Matrix sum(const Matrix& a, const Matrix& b) {
  Matrix y = a;
  for (size_t i = 0; i < y.values.size(); ++i) y.values[i] += b.values[i];
  return y;
}

Matrix product(const Matrix& a, const Matrix& b) {
  Matrix y = a;
  for (size_t i = 0; i < y.values.size(); ++i) y.values[i] *= b.values[i];
  return y;
}

Matrix scaled(Matrix x, double factor) {
  return each(std::move(x), [factor](double value) { return value * factor; });
}

Matrix rms_norm(Matrix x, const Matrix& w, double epsilon, int64_t size, double plus) {
  if (size == 0) size = x.columns;
  for (int64_t start = 0; start < x.rows * x.columns; start += size) {
    double* const group = x.values.data() + start;
    double squares = 0;
    for (int64_t i = 0; i < size; ++i) squares += group[i] * group[i];
    const double factor = 1 / std::sqrt(squares / static_cast<double>(size) + epsilon);
    for (int64_t i = 0; i < size; ++i) {
      group[i] *= factor * (w.row(0)[(start + i) % w.columns] + plus);
    }
  }
  return x;
}

Matrix layer_norm(Matrix x, const Matrix& w, const Matrix& bias, double epsilon, int64_t size) {
  if (size == 0) size = x.columns;
  const auto count = static_cast<double>(size);
  for (int64_t start = 0; start < x.rows * x.columns; start += size) {
    double* const group = x.values.data() + start;
    double mean = 0, variance = 0;
    for (int64_t i = 0; i < size; ++i) mean += group[i] / count;
    for (int64_t i = 0; i < size; ++i) variance += (group[i] - mean) * (group[i] - mean) / count;
    const double factor = 1 / std::sqrt(variance + epsilon);
    for (int64_t i = 0; i < size; ++i) {
      const int64_t place = (start + i) % w.columns;
      group[i] = (group[i] - mean) * factor * w.row(0)[place] + bias.row(0)[place];
    }
  }
  return x;
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double silu(double x) { return x * sigmoid(x); }
double softplus(double x) { return x > 30 ? x : std::log1p(std::exp(x)); }
double gelu_tanh(double x) {
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
}

Matrix rotated(Matrix x, int64_t dim, double base) {
  const int64_t half = dim / 2;
  for (int64_t r = 0; r < x.rows; ++r) {
    for (int64_t head = 0; head < x.columns; head += dim) {
      for (int64_t k = 0; k < half; ++k) {
        const double power = -2 * static_cast<double>(k) / static_cast<double>(dim);
        const double angle = static_cast<double>(r) * std::pow(base, power);
        double& a = x.row(r)[head + k];
        double& b = x.row(r)[head + k + half];
        const double turned = a * std::cos(angle) - b * std::sin(angle);
        b = a * std::sin(angle) + b * std::cos(angle);
        a = turned;
      }
    }
  }
  return x;
}

Matrix attention(const Matrix& q, const Matrix& k, const Matrix& v, int64_t heads, int64_t kv,
                 double scale) {
  const int64_t dim = q.columns / heads;
  Matrix y(q.rows, q.columns);
  for (int64_t h = 0; h < heads; ++h) {
    const int64_t at = h * dim, from = h * kv / heads * dim;
    for (int64_t r = 0; r < q.rows; ++r) {
      std::vector<double> weights;
      double total = 0;
      for (int64_t j = 0; j <= r; ++j) {
        double score = 0;
        for (int64_t i = 0; i < dim; ++i) score += q.row(r)[at + i] * k.row(j)[from + i];
        weights.push_back(std::exp(score * scale));
        total += weights.back();
      }
      for (int64_t j = 0; j <= r; ++j) {
        const double weight = weights[static_cast<size_t>(j)] / total;
        for (int64_t i = 0; i < dim; ++i) y.row(r)[at + i] += weight * v.row(j)[from + i];
      }
    }
  }
  return y;
}

}  // namespace tenon::weights
