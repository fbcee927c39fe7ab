// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/backends/cpu/math/panels.h"
#include "plugins/backends/cpu/packing/blocks.h"
#include "plugins/backends/cpu/packing/weights.h"

#include <functional>
#include <memory>
#include <span>

// Weights of a product, packed once, and x times their transpose. How numbers are rounded, and the
// order of a sum, follow from the format and the precision alone: a row of x gives the same bits
// whatever rows are beside it. [any thread]
namespace tenon::cpu {

class PackedMatrix {
 public:
  // exact: f32 throughout. Else x meets blocks as 8-bit codes, and f16, bf16 and other formats as
  // bf16. Packs on all threads of the host.
  static Result<PackedMatrix> pack(const WeightSource& source, bool exact);

  // Weights of which the caller tells every block; exact: its scales must be halves.
  static Result<PackedMatrix> pack(const AffineMatrix& source, bool exact);
  // Weights that the caller reads: `read` gives columns [begin, end) of a row.
  using ReadRow = std::function<void(int64_t row, int64_t begin, int64_t end, float* to)>;
  static Result<PackedMatrix> pack(int64_t rows, int64_t columns, PanelKind kind,
                                   const ReadRow& read);

  int64_t rows() const { return rows_; }
  int64_t columns() const { return columns_; }
  // Rows are multiplied by groups of so many; the last group may have fewer.
  int64_t group_rows() const { return group_rows_; }
  int64_t groups() const { return (rows_ + group_rows_ - 1) / group_rows_; }
  int64_t group_bytes() const { return group_bytes_; }

  // Rows of x are packed first, `x_bytes()` for each, in order; `rows` rows from row `first` of all
  // that will be multiplied. first is a multiple of whole_tile().
  int64_t x_bytes() const;
  int64_t whole_tile() const;
  void pack_x(const float* x, int64_t stride, int64_t rows, uint8_t* packed) const;
  // y[r * group_rows() + i], for rows r of packed x and rows i of a group.
  void multiply(int64_t group, const uint8_t* packed, int64_t rows, float* y) const;

 private:
  enum class Way : uint8_t { codes, decoded, panels };
  struct Free {
    void operator()(uint8_t* bytes) const;
  };

  Status allocate();
  Status pack_blocks(const WeightSource& source, const BlockPacker& packer, bool exact);
  void layout_blocks(const BlockPacker& packer, bool exact);
  Status pack_panels(PanelKind kind, const ReadRow& read);
  std::span<const int> tiles() const;
  void pack_x_row(const float* x, int rows, int row, uint8_t* tile) const;
  void multiply_blocks(const uint8_t* weights, const uint8_t* packed, int64_t rows, float* y) const;
  void multiply_panel(const uint8_t* weights, const uint8_t* packed, int64_t rows, float* y) const;

  Way way_ = Way::panels;
  const BlockPacker* packer_ = nullptr;  // of blocks
  PanelKind kind_ = PanelKind::floats;   // of panels
  int64_t rows_ = 0;
  int64_t columns_ = 0;
  int64_t padded_ = 0;  // columns, in whole units
  int64_t group_rows_ = 0;
  int64_t group_bytes_ = 0;
  std::unique_ptr<uint8_t, Free> bytes_ = nullptr;
};

}  // namespace tenon::cpu
