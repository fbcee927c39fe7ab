// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/epilogue.h"
#include "plugins/backends/cpu/math/rectangle.h"
#include "plugins/backends/cpu/math/tile_product.h"

#include <array>
#include <cstdint>
#include <optional>

// What is done with a rectangle of a result when it is complete and still in a cache: a node's
// epilogue, in place. The whole result is seen as a matrix of f32. Sums with other operands and
// limits, what most epilogues are, are done at once; all others run as formulas. [any thread]
namespace tenon::cpu {

// Sums and limits: min(high, max(low, result + addends)).
struct QuickEnd {
  struct Addend {
    size_t input = 0;        // of the node
    bool is_vector = false;  // one number for each column; else one for each element
  };
  std::array<Addend, 2> addends = {};
  size_t count = 0;
  float low = 0;
  float high = 0;
};
// The epilogue as such, if it is one. Vectors lie along the last axis.
std::optional<QuickEnd> quick_end(const NodeView& node);

// match: whether an epilogue, if there is one, can be finished in place.
Status finishes_in_place(const NodeView& node);

// Made in prepare().
struct Ending {
  Epilogue epilogue;
  std::optional<QuickEnd> quick;

  static Result<Ending> make(const NodeView& node);
};

// Made in shape(); see Epilogue::bind().
struct BoundEnding {
  BoundEpilogue epilogue;
  std::optional<QuickEnd> quick;
  bool is_empty = true;
  int64_t columns = 0;  // of the whole result

  static Result<BoundEnding> make(const Ending& ending, const KernelSizes& sizes, size_t row_axes);
};

// Lives for one call of run().
class Finish {
 public:
  Finish() = default;
  Finish(const BoundEnding& ending, const KernelArguments& arguments)
      : ending_(ending.is_empty ? nullptr : &ending), arguments_(&arguments) {}

  // Whether rows should be long: formulas have a cost for each.
  bool wants_long_rows() const { return ending_ != nullptr && !ending_->quick; }
  // Whether tiles of products can end on their own: then they are given it one by one, for the
  // element of the result that they begin with.
  bool is_quick() const { return ending_ != nullptr && ending_->quick; }
  void give(ProductTile& tile, int64_t row, int64_t column) const;
  // Whether limits are all that there is.
  bool gives_limits(float& low, float& high) const;
  // The rectangle lies in the output.
  void operator()(float* numbers, int64_t stride, int64_t row, int64_t rows, int64_t column,
                  int64_t columns) const {
    if (ending_ != nullptr) apply(numbers, stride, row, rows, column, columns);
  }

 private:
  void apply(float* numbers, int64_t stride, int64_t row, int64_t rows, int64_t column,
             int64_t columns) const;

  const BoundEnding* ending_ = nullptr;
  const KernelArguments* arguments_ = nullptr;
};

}  // namespace tenon::cpu
