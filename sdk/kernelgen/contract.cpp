// SPDX-License-Identifier: Apache-2.0
#include "contract.h"

#include <algorithm>
#include <bit>

namespace tenon::kernelgen {
namespace {

int64_t side_for(const Expr& extent, int64_t most) {
  if (!extent.is_constant()) return most;
  const auto needed = static_cast<uint64_t>(std::clamp<int64_t>(extent.constant(), 1, most));
  return static_cast<int64_t>(std::bit_ceil(needed));
}

}  // namespace

TileShape tile_for(Expr rows, Expr columns) { return {side_for(rows, 4), side_for(columns, 8)}; }

uint32_t tile_threads(const Limits& limits) { return limits.is_cpu ? 8 : 64; }

Tile::Tile(kir::Builder& builder, Type type, TileShape shape) : b_(builder), shape_(shape) {
  for (int64_t i = 0; i < shape.rows * shape.columns; ++i) {
    sums_.push_back(b_.variable(b_.integer(0, type)));
  }
}

void Tile::add(std::span<const Value> a, std::span<const Value> b) {
  for (size_t i = 0; i < a.size(); ++i) {
    for (size_t j = 0; j < b.size(); ++j) {
      const kir::Variable sum = sums_[i * b.size() + j];
      b_.set(sum, b_.fma(a[i], b[j], b_.get(sum)));
    }
  }
}

Value Tile::get(int64_t row, int64_t column) {
  return b_.get(sums_[static_cast<size_t>(row * shape_.columns + column)]);
}

std::vector<Value> clamped(Value first, int64_t count, Value limit) {
  std::vector<Value> all;
  for (const Value at : consecutive(first, count)) {
    all.push_back(count == 1 ? at : at.builder().binary(kir::Op::min, at, limit - 1));
  }
  return all;
}

std::vector<Value> consecutive(Value first, int64_t count) {
  std::vector<Value> all;
  for (int64_t i = 0; i < count; ++i) all.push_back(first + static_cast<double>(i));
  return all;
}

void each_inside(kir::Builder& builder, TileShape shape, Value first_row, Value rows,
                 Value first_column, Value columns,
                 const std::function<void(int64_t, int64_t)>& store) {
  for (int64_t i = 0; i < shape.rows; ++i) {
    builder.when(first_row + static_cast<double>(i) < rows, [&] {
      for (int64_t j = 0; j < shape.columns; ++j) {
        builder.when(first_column + static_cast<double>(j) < columns, [&] { store(i, j); });
      }
    });
  }
}

Expr tiles(ExprPool& pool, Expr extent, int64_t size) {
  return ceil_div(extent, pool.integer(size));
}

}  // namespace tenon::kernelgen
