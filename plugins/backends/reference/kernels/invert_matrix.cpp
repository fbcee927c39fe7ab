// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/reference.h"

#include <algorithm>
#include <cmath>

namespace tenon::reference {
namespace {

// A matrix [n, n] beside the one that becomes its inverse, in one row [n, 2n] each.
struct Pair {
  double* data;
  int64_t n;
  double* row(int64_t i) const { return data + i * 2 * n; }
};

void swap_rows(const Pair& pair, int64_t a, int64_t b) {
  std::swap_ranges(pair.row(a), pair.row(a) + 2 * pair.n, pair.row(b));
}

int64_t largest_below(const Pair& pair, int64_t column) {
  int64_t best = column;
  for (int64_t i = column + 1; i < pair.n; ++i) {
    if (std::abs(pair.row(i)[column]) > std::abs(pair.row(best)[column])) best = i;
  }
  return best;
}

// Gauss and Jordan's elimination; returns the determinant. A singular matrix has no inverse: what
// is left of it is not a number.
double invert(const Pair& pair) {
  double determinant = 1;
  for (int64_t column = 0; column < pair.n; ++column) {
    const int64_t pivot = largest_below(pair, column);
    if (pivot != column) {
      swap_rows(pair, pivot, column);
      determinant = -determinant;
    }
    double* const own = pair.row(column);
    const double factor = own[column];
    determinant *= factor;
    for (int64_t k = 0; k < 2 * pair.n; ++k) own[k] /= factor;
    for (int64_t i = 0; i < pair.n; ++i) {
      const double times = pair.row(i)[column];
      if (i == column || times == 0) continue;
      for (int64_t k = 0; k < 2 * pair.n; ++k) pair.row(i)[k] -= times * own[k];
    }
    if (factor == 0) return 0;
  }
  return determinant;
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const int64_t n = arguments.input_dims(0).back();
  const Pair pair{Scratch(arguments.scratch()).take<double>(2 * n * n), n};
  for (const int64_t matrix : arguments.rows_of(chunk)) {
    for (int64_t i = 0; i < n; ++i) {
      widen(arguments.input_data(0), arguments.input_dtype(0), (matrix * n + i) * n, n,
            pair.row(i));
      std::fill_n(pair.row(i) + n, n, 0.0);
      pair.row(i)[n + i] = 1;
    }
    const double determinant = invert(pair);
    for (int64_t i = 0; i < n && arguments.has_output(0); ++i) {
      if (determinant == 0) std::fill_n(pair.row(i) + n, n, std::nan(""));
      narrow(pair.row(i) + n, n, arguments.output_dtype(0), arguments.output_data(0),
             (matrix * n + i) * n);
    }
    if (!arguments.has_output(1)) continue;
    narrow(&determinant, 1, arguments.output_dtype(1), arguments.output_data(1), matrix);
  }
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  const std::span<const int64_t> x = sizes.input(0);
  if (x.size() < 2 || x[x.size() - 1] != x[x.size() - 2])
    return invalid("expected square matrices");
  const std::span<const int64_t> batch = x.first(x.size() - 2);
  if (sizes.has_output(0) && !std::ranges::equal(sizes.output(0), x)) {
    return invalid("matrices and inverses differ in dims");
  }
  if (sizes.has_output(1) && !std::ranges::equal(sizes.output(1), batch)) {
    return invalid("matrices and determinants differ in dims");
  }
  int64_t matrices = 1;
  for (const int64_t extent : batch) matrices = wrapping_multiply(matrices, extent);
  KernelWork work = in_rows(matrices, 1);
  // Without a matrix its extents may be any.
  if (matrices > 0) work.scratch = 16 * x.back() * x.back();
  return work;
}

}  // namespace

Kernel invert_matrix() {
  return {.op = "InvertMatrix",
          .inputs = {float_types},
          .outputs = {float_types, float_types},
          .shape = shape,
          .run = run};
}

}  // namespace tenon::reference
