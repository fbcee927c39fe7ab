// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/formula/strips.h"

#include "tenon/kernels.h"

#include <cstdint>
#include <optional>

// What element operators do with a node's own result (Kernel::takes_epilogue), applied to a tile
// of f32 while it is in the first cache, and stored to its place in the output. Made in prepare(),
// bound in shape(), applied in run(). Immutable. [any thread]
namespace tenon::cpu {

// For known sizes. A node without an epilogue has one that only stores, in the output's type.
class BoundEpilogue {
 public:
  // The tile is rows x columns of the output seen as a matrix, from row0 and column0 on; its rows
  // begin `stride` floats apart. It may lie in the output itself. One tile is one thread's.
  void apply(const KernelArguments& arguments, const float* tile, int64_t stride, int64_t row0,
             int64_t rows, int64_t column0, int64_t columns) const;

 private:
  friend class Epilogue;
  // The plain ends, without strips: what is stored as it is, and sums of two.
  bool store(const KernelArguments& arguments, const float* tile, int64_t stride, int64_t row0,
             int64_t rows, int64_t column0, int64_t columns) const;

  StripCode code_;
  int64_t width_ = 0;             // of a row of the output ...
  bool is_stored_ = false;        // ... to which the tile is copied
  std::optional<size_t> addend_;  // an input of the output's dims, added to it
  size_t own_inputs_ = 0;
  size_t further_ = 0;
};

class Epilogue {
 public:
  // Unsupported for a formula that tiles cannot be given: what match() should answer then.
  static Result<Epilogue> make(const NodeView& node);
  // Whether the node has none: its result is its output.
  bool empty() const { return is_empty_; }
  // row_axes: so many leading axes of the output are the matrix's rows, the others its columns:
  // 2 for [N*C, H*W] of a convolution, rank - 1 for [M, N] of a product.
  Result<BoundEpilogue> bind(const KernelSizes& sizes, size_t row_axes) const;

 private:
  FormulaRows formula_;
  size_t own_inputs_ = 0;
  bool is_empty_ = true;
};

}  // namespace tenon::cpu
