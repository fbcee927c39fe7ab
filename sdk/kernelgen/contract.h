// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "axes.h"

// What MatMul, Conv and ConvTranspose share: each thread computes a small tile of the output, rows
// by columns, with its sums in registers, so that every element loaded is used many times. The A
// and B loads and the store are the operator's own.
namespace tenon::kernelgen {

struct TileShape {
  int64_t rows = 4;
  int64_t columns = 8;
};

// A tile no larger than the extents need, where they are known.
TileShape tile_for(Expr rows, Expr columns);
// Threads of a work-group that computes tiles.
uint32_t tile_threads(const Limits& limits);

// The sums of one tile.
class Tile {
 public:
  Tile(kir::Builder& builder, Type type, TileShape shape);
  // sum[i][j] += a[i] * b[j]
  void add(std::span<const Value> a, std::span<const Value> b);
  Value get(int64_t row, int64_t column);
  const TileShape& shape() const { return shape_; }

 private:
  kir::Builder& b_;
  TileShape shape_;
  std::vector<kir::Variable> sums_;
};

// first + i for every i below count, kept below `limit`: a tile may hang over the edge, and what it
// computes there is not stored.
std::vector<Value> clamped(Value first, int64_t count, Value limit);
// first + i for every i below count.
std::vector<Value> consecutive(Value first, int64_t count);

// Calls store(i, j) for the places of the tile that exist.
void each_inside(kir::Builder& builder, TileShape shape, Value first_row, Value rows,
                 Value first_column, Value columns,
                 const std::function<void(int64_t, int64_t)>& store);

// How many tiles of `size` cover the extent.
Expr tiles(ExprPool& pool, Expr extent, int64_t size);

}  // namespace tenon::kernelgen
