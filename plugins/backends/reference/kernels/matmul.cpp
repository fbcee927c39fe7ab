// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/product_sizes.h"
#include "plugins/backends/reference/reference.h"

#include <algorithm>

namespace tenon::reference {
namespace {

// A chunk is a tile of the output; it walks k in pieces so that scratch stays small.
constexpr int64_t tile_rows = 16;
constexpr int64_t tile_columns = 256;
constexpr int64_t tile_inner = 1024;
// Columns that lie as rows: fewer a chunk, several of them side by side.
constexpr int64_t turned_columns = 64;
constexpr int64_t side = 4;
constexpr int64_t turned_numbers = side * tile_inner;

struct MatMul {
  int64_t rows = 1;
  int64_t inner = 1;
  int64_t columns = 1;
  int64_t columns_at_once = tile_columns;
  int64_t row_tiles = 0;
  int64_t column_tiles = 0;
  // For each matrix of the output: which matrix of A and of B.
  std::vector<int64_t> a;
  std::vector<int64_t> b;
};

template <class A>
void add_products(const A* row, A factor, int64_t count, A* sums) {
  for (int64_t i = 0; i < count; ++i) {
    sums[i] = wrapping_add(sums[i], wrapping_multiply(factor, row[i]));
  }
}

template <class A>
void run_tile(const KernelArguments& arguments, const MatMul& m, int64_t chunk) {
  const int64_t column0 = chunk % m.column_tiles * m.columns_at_once;
  const int64_t row0 = chunk / m.column_tiles % m.row_tiles * tile_rows;
  const auto batch = static_cast<size_t>(chunk / m.column_tiles / m.row_tiles);
  const int64_t rows = std::min(tile_rows, m.rows - row0);
  const int64_t columns = std::min(m.columns_at_once, m.columns - column0);
  Scratch scratch(arguments.scratch());
  A* const sums = scratch.take<A>(tile_rows * tile_columns);
  A* const b = scratch.take<A>(tile_columns);
  A* const a = scratch.take<A>(tile_rows * tile_inner);

  std::fill_n(sums, tile_rows * tile_columns, A{});
  for (int64_t k0 = 0; k0 < m.inner; k0 += tile_inner) {
    const int64_t count = std::min(tile_inner, m.inner - k0);
    for (int64_t r = 0; r < rows; ++r) {
      const int64_t at = (m.a[batch] * m.rows + row0 + r) * m.inner + k0;
      widen(arguments.input_data(0), arguments.input_dtype(0), at, count, a + r * tile_inner);
    }
    for (int64_t k = 0; k < count; ++k) {
      const int64_t at = (m.b[batch] * m.inner + k0 + k) * m.columns + column0;
      widen(arguments.input_data(1), arguments.input_dtype(1), at, columns, b);
      for (int64_t r = 0; r < rows; ++r) {
        add_products(b, a[r * tile_inner + k], columns, sums + r * tile_columns);
      }
    }
  }
  for (int64_t r = 0; r < rows; ++r) {
    const int64_t at = (static_cast<int64_t>(batch) * m.rows + row0 + r) * m.columns + column0;
    narrow(sums + r * tile_columns, columns, arguments.output_dtype(0), arguments.output_data(0),
           at);
  }
}

// Adds the products of a row with up to `side` columns, each one after the other.
void add_dots(const double* row, const double* columns, int64_t stride, int64_t count,
              int64_t width, double* sums) {
  if (width == side) {
    double s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];
    for (int64_t k = 0; k < count; ++k) {
      s0 += row[k] * columns[k];
      s1 += row[k] * columns[stride + k];
      s2 += row[k] * columns[2 * stride + k];
      s3 += row[k] * columns[3 * stride + k];
    }
    sums[0] = s0, sums[1] = s1, sums[2] = s2, sums[3] = s3;
    return;
  }
  for (int64_t c = 0; c < width; ++c) {
    for (int64_t k = 0; k < count; ++k) sums[c] += row[k] * columns[c * stride + k];
  }
}

// The same with columns of B that lie as rows, or are computed in that order.
void run_turned(const KernelArguments& arguments, const MatMul& m, int64_t chunk) {
  const int64_t column0 = chunk % m.column_tiles * m.columns_at_once;
  const int64_t row0 = chunk / m.column_tiles % m.row_tiles * tile_rows;
  const auto batch = static_cast<size_t>(chunk / m.column_tiles / m.row_tiles);
  const int64_t rows = std::min(tile_rows, m.rows - row0);
  const int64_t columns = std::min(m.columns_at_once, m.columns - column0);
  Scratch scratch(arguments.scratch());
  double* const sums = scratch.take<double>(tile_rows * turned_columns);
  double* const b = scratch.take<double>(turned_numbers);
  double* const a = scratch.take<double>(tile_rows * tile_inner);
  std::fill_n(sums, tile_rows * turned_columns, 0.0);
  for (int64_t k0 = 0; k0 < m.inner; k0 += tile_inner) {
    const int64_t count = std::min(tile_inner, m.inner - k0);
    for (int64_t r = 0; r < rows; ++r) {
      arguments.read(0, (m.a[batch] * m.rows + row0 + r) * m.inner + k0, count, a + r * tile_inner);
    }
    // Whole columns are neighbours.
    const bool is_whole = count == m.inner;
    const int64_t group = is_whole ? turned_numbers / count / side * side : side;
    for (int64_t c0 = 0; c0 < columns; c0 += group) {
      const int64_t width = std::min(group, columns - c0);
      const int64_t first = (m.b[batch] * m.columns + column0 + c0) * m.inner + k0;
      if (is_whole) arguments.read(1, first, width * count, b);
      for (int64_t c = 0; c < width && !is_whole; ++c) {
        arguments.read(1, first + c * m.inner, count, b + c * count);
      }
      for (int64_t r = 0; r < rows; ++r) {
        for (int64_t c = 0; c < width; c += side) {
          add_dots(a + r * tile_inner, b + c * count, count, count, std::min(side, width - c),
                   sums + r * turned_columns + c0 + c);
        }
      }
    }
  }
  for (int64_t r = 0; r < rows; ++r) {
    const int64_t at = (static_cast<int64_t>(batch) * m.rows + row0 + r) * m.columns + column0;
    narrow(sums + r * turned_columns, columns, arguments.output_dtype(0), arguments.output_data(0),
           at);
  }
}

void run(const KernelArguments& arguments, int64_t chunk) {
  if (arguments.is_turned(1)) return run_turned(arguments, arguments.block<MatMul>(), chunk);
  with_accumulator(arguments.output_dtype(0),
                   [&]<class A>() { run_tile<A>(arguments, arguments.block<MatMul>(), chunk); });
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  TENON_TRY_ASSIGN(const ProductSizes product, product_sizes(sizes));
  MatMul m;
  m.inner = product.inner;
  m.rows = product.rows;
  m.columns = product.columns;
  TENON_TRY_ASSIGN(m.a, matrices_of(product.a, product.batch));
  TENON_TRY_ASSIGN(m.b, matrices_of(product.b, product.batch));
  m.row_tiles = (m.rows + tile_rows - 1) / tile_rows;
  if (sizes.is_turned(1)) m.columns_at_once = turned_columns;
  m.column_tiles = (m.columns + m.columns_at_once - 1) / m.columns_at_once;
  const int64_t chunks = static_cast<int64_t>(m.a.size()) * m.row_tiles * m.column_tiles;
  constexpr int64_t scratch =
      std::max((tile_rows + 1) * tile_columns, tile_rows * turned_columns + turned_numbers) +
      tile_rows * tile_inner;
  return KernelWork{.chunks = chunks, .scratch = scratch * 8, .block = keep(std::move(m))};
}

}  // namespace

Kernel matmul() {
  return {.op = "MatMul",
          .inputs = {numeric_types},
          .outputs = {numeric_types},
          .shape = shape,
          .run = run,
          .turned_input = 1};
}

}  // namespace tenon::reference
