// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/reference/reference.h"

#include <algorithm>

namespace tenon::reference {
namespace {

// A chunk is a tile of the output; it walks k in pieces so that scratch stays small.
constexpr int64_t tile_rows = 16;
constexpr int64_t tile_columns = 256;
constexpr int64_t tile_inner = 1024;

struct MatMul {
  int64_t rows = 1;
  int64_t inner = 1;
  int64_t columns = 1;
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
  const int64_t column0 = chunk % m.column_tiles * tile_columns;
  const int64_t row0 = chunk / m.column_tiles % m.row_tiles * tile_rows;
  const auto batch = static_cast<size_t>(chunk / m.column_tiles / m.row_tiles);
  const int64_t rows = std::min(tile_rows, m.rows - row0);
  const int64_t columns = std::min(tile_columns, m.columns - column0);
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

void run(const KernelArguments& arguments, int64_t chunk) {
  with_accumulator(arguments.output_dtype(0),
                   [&]<class A>() { run_tile<A>(arguments, arguments.block<MatMul>(), chunk); });
}

// Which matrix of an operand belongs to each matrix of the output; extents of 1 are repeated.
Result<std::vector<int64_t>> matrices_of(std::span<const int64_t> operand,
                                         std::span<const int64_t> output) {
  std::vector<int64_t> indices = {0};
  for (size_t axis = 0; axis < output.size(); ++axis) {
    const size_t missing = output.size() - operand.size();
    const int64_t extent = axis < missing ? 1 : operand[axis - missing];
    if (extent != 1 && extent != output[axis]) {
      return invalid("batch axis {} is {}, the output has {}", axis, extent, output[axis]);
    }
    std::vector<int64_t> finer;
    finer.reserve(indices.size() * static_cast<size_t>(output[axis]));
    for (const int64_t index : indices) {
      for (int64_t i = 0; i < output[axis]; ++i) {
        finer.push_back(index * extent + (extent == 1 ? 0 : i));
      }
    }
    indices = std::move(finer);
  }
  return indices;
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  std::span<const int64_t> a = sizes.input(0);
  std::span<const int64_t> b = sizes.input(1);
  if (a.empty() || b.empty()) return invalid("an operand of rank 0");
  MatMul m;
  m.inner = a.back();
  m.rows = a.size() > 1 ? a[a.size() - 2] : 1;
  m.columns = b.size() > 1 ? b.back() : 1;
  const int64_t b_inner = b.size() > 1 ? b[b.size() - 2] : b[0];
  if (b_inner != m.inner) return invalid("inner sizes {} and {} differ", m.inner, b_inner);
  a = a.first(a.size() - std::min<size_t>(a.size(), 2));
  b = b.first(b.size() - std::min<size_t>(b.size(), 2));
  const size_t vectors = (sizes.input(0).size() > 1 ? 1 : 0) + (sizes.input(1).size() > 1 ? 1 : 0);
  const std::span<const int64_t> batch = sizes.output(0).first(sizes.output(0).size() - vectors);
  if (a.size() > batch.size() || b.size() > batch.size()) return invalid("ranks do not fit");
  TENON_TRY_ASSIGN(m.a, matrices_of(a, batch));
  TENON_TRY_ASSIGN(m.b, matrices_of(b, batch));
  m.row_tiles = (m.rows + tile_rows - 1) / tile_rows;
  m.column_tiles = (m.columns + tile_columns - 1) / tile_columns;
  const int64_t chunks = static_cast<int64_t>(m.a.size()) * m.row_tiles * m.column_tiles;
  constexpr int64_t scratch = (tile_rows + 1) * tile_columns + tile_rows * tile_inner;
  return KernelWork{.chunks = chunks, .scratch = scratch * 8, .block = keep(std::move(m))};
}

}  // namespace

Kernel matmul() {
  return {.op = "MatMul",
          .inputs = {numeric_types},
          .outputs = {numeric_types},
          .shape = shape,
          .run = run};
}

}  // namespace tenon::reference
