// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/packing/matrix.h"

#include "plugins/backends/cpu/math/activations.h"
#include "plugins/backends/cpu/math/decoded.h"
#include "plugins/backends/cpu/packing/affine.h"
#include "tenon/abi/draft/host.h"
#include "tenon/plugin.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <vector>

namespace tenon::cpu {
namespace {

constexpr int64_t huge_page = int64_t{2} << 20;
// Steps of a panel that are multiplied at a time, so that they and x stay in the caches.
constexpr int64_t panel_piece = 2048;

int64_t rounded_up(int64_t value, int64_t to) { return (value + to - 1) / to * to; }

// Runs f(begin, end) over [0, count) on the threads of the host.
void in_parallel(int64_t count, const std::function<void(int64_t, int64_t)>& f) {
  const auto* tasks = host_service<tenon_tasks>(TENON_TASKS_ID);
  const auto call = [](void* context, uint64_t begin, uint64_t end) {
    (*static_cast<const std::function<void(int64_t, int64_t)>*>(context))(
        static_cast<int64_t>(begin), static_cast<int64_t>(end));
  };
  void* const context = const_cast<std::function<void(int64_t, int64_t)>*>(&f);
  if (tasks == nullptr ||
      tasks->parallel_for(static_cast<uint64_t>(count), 1, context, call) != TENON_OK) {
    f(0, count);
  }
}

}  // namespace

void PackedMatrix::Free::operator()(uint8_t* bytes) const { std::free(bytes); }

Status PackedMatrix::allocate() {
  const int64_t bytes = std::max<int64_t>(groups() * group_bytes_, 64);
  const int64_t alignment = bytes >= huge_page ? huge_page : 64;
  void* const memory = std::aligned_alloc(static_cast<size_t>(alignment),
                                          static_cast<size_t>(rounded_up(bytes, alignment)));
  if (memory == nullptr) return no_memory("{} bytes of packed weights", bytes);
  if (alignment == huge_page) madvise(memory, static_cast<size_t>(bytes), MADV_HUGEPAGE);
  bytes_.reset(static_cast<uint8_t*>(memory));
  return {};
}

Result<PackedMatrix> PackedMatrix::pack(const WeightSource& source, bool exact) {
  PackedMatrix made;
  made.rows_ = source.rows;
  TENON_TRY_ASSIGN(const WeightRows rows, WeightRows::open(source));
  const QuantFormat* const format = rows.format();
  if (format != nullptr && !format->is_packed()) {
    if (source.tensors[0].dims.size() != 2) return invalid("blocks of no matrix");
    made.columns_ = source.tensors[0].dims[1] / format->bytes * format->block;
    if (const BlockPacker* packer = find_block_packer(*format)) {
      TENON_TRY(made.pack_blocks(source, *packer, exact));
      return made;
    }
  } else {
    made.columns_ = source.columns;
  }
  PanelKind kind = exact ? PanelKind::floats : PanelKind::pairs;
  if (format == nullptr) {
    const DType dtype = source.tensors[0].dtype;
    if (dtype == DType::f32) kind = PanelKind::floats;
    if (dtype == DType::f16 && exact) kind = PanelKind::halves;
    if (dtype == DType::bf16 && exact) kind = PanelKind::brains;
  }
  if (format != nullptr && format->is_packed()) {
    const std::optional<AffineMatrix> affine = affine_matrix(source, *format);
    if (affine) return pack(*affine, exact);
  }
  return pack(
      source.rows, made.columns_, kind,
      [&](int64_t row, int64_t begin, int64_t end, float* to) { rows.read(row, begin, end, to); });
}

Result<PackedMatrix> PackedMatrix::pack(int64_t rows, int64_t columns, PanelKind kind,
                                        const ReadRow& read) {
  PackedMatrix made;
  made.rows_ = rows;
  made.columns_ = columns;
  TENON_TRY(made.pack_panels(kind, read));
  return made;
}

Result<PackedMatrix> PackedMatrix::pack(const AffineMatrix& source, bool exact) {
  PackedMatrix made;
  made.rows_ = source.rows;
  made.columns_ = source.columns;
  made.layout_blocks(affine_packer(source.bits), exact);
  const BlockLayout& layout = made.packer_->layout();
  TENON_TRY(made.allocate());
  in_parallel(made.groups(), [&](int64_t begin, int64_t end) {
    for (int64_t group = begin; group < end; ++group) {
      uint8_t* const to = made.bytes_.get() + group * made.group_bytes_;
      std::memset(to, 0, static_cast<size_t>(made.group_bytes_));
      const int64_t rows = std::min<int64_t>(16, made.rows_ - group * 16);
      for (int64_t block = 0; block < (made.columns_ + 31) / 32; ++block) {
        uint8_t* const unit = to + block / 2 * layout.unit_bytes();
        for (int64_t row = 0; row < rows; ++row) {
          pack_affine(source.block(group * 16 + row, block), source.bits, unit,
                      static_cast<int>(row), static_cast<int>(block % 2));
        }
      }
    }
  });
  return made;
}

void PackedMatrix::layout_blocks(const BlockPacker& packer, bool exact) {
  const BlockLayout& layout = packer.layout();
  way_ = exact ? Way::decoded : Way::codes;
  packer_ = &packer;
  group_rows_ = 16;
  padded_ = rounded_up(columns_, layout.unit_columns());
  group_bytes_ = padded_ / layout.unit_columns() * layout.unit_bytes();
}

Status PackedMatrix::pack_blocks(const WeightSource& source, const BlockPacker& packer,
                                 bool exact) {
  const BlockLayout& layout = packer.layout();
  layout_blocks(packer, exact);
  TENON_TRY(allocate());
  const int64_t blocks = columns_ / packer.block, row_bytes = blocks * packer.bytes;
  const int64_t unit_blocks = layout.unit_columns() / packer.block;
  const std::byte* const from = source.tensors[0].bytes.data();
  in_parallel(groups(), [&](int64_t begin, int64_t end) {
    for (int64_t group = begin; group < end; ++group) {
      uint8_t* const to = bytes_.get() + group * group_bytes_;
      const int64_t rows = std::min<int64_t>(16, rows_ - group * 16);
      if (rows < 16 || columns_ != padded_) std::memset(to, 0, static_cast<size_t>(group_bytes_));
      for (int64_t block = 0; block < blocks; ++block) {
        uint8_t* const unit = to + block / unit_blocks * layout.unit_bytes();
        for (int64_t row = 0; row < rows; ++row) {
          packer.pack(from + (group * 16 + row) * row_bytes + block * packer.bytes, unit,
                      static_cast<int>(row), static_cast<int>(block % unit_blocks));
        }
      }
    }
  });
  return {};
}

Status PackedMatrix::pack_panels(PanelKind kind, const ReadRow& read) {
  way_ = Way::panels;
  kind_ = kind;
  group_rows_ = panel_rows;
  padded_ = rounded_up(columns_, panel_steps(kind));
  group_bytes_ = padded_ * panel_rows * panel_element_bytes(kind);
  TENON_TRY(allocate());
  constexpr int64_t piece = 256;
  in_parallel(groups(), [&](int64_t begin, int64_t end) {
    std::vector<float> some(static_cast<size_t>(panel_rows * piece));
    for (int64_t group = begin; group < end; ++group) {
      const int64_t count = std::min<int64_t>(panel_rows, rows_ - group * panel_rows);
      for (int64_t k = 0; k < padded_; k += piece) {
        const int64_t last = std::min(k + piece, padded_), known = std::min(last, columns_);
        if (count < panel_rows || known < last) std::ranges::fill(some, 0.0f);
        for (int64_t row = 0; row < count; ++row) {
          read(group * panel_rows + row, k, known, some.data() + row * piece);
        }
        uint8_t* const to =
            bytes_.get() + group * group_bytes_ + k * panel_rows * panel_element_bytes(kind);
        panels().pack[static_cast<size_t>(kind)](some.data(), piece, last - k, to);
      }
    }
  });
  return {};
}

std::span<const int> PackedMatrix::tiles() const {
  if (way_ == Way::panels) return panels().tile_rows;
  return block_tile_rows;
}

int64_t PackedMatrix::whole_tile() const { return tiles().back(); }

int64_t PackedMatrix::x_bytes() const {
  if (way_ == Way::codes) return padded_ / 32 * block_tile_bytes(1, packer_->layout().groups());
  return padded_ * (way_ == Way::panels && kind_ == PanelKind::pairs ? 2 : 4);
}

void PackedMatrix::pack_x_row(const float* x, int rows, int row, uint8_t* tile) const {
  const Activations& a = activations();
  if (way_ == Way::codes) {
    const BlockLayout& layout = packer_->layout();
    const Activations::Codes place = {.rows = rows,
                                      .row = row,
                                      .groups = layout.groups(),
                                      .factor = layout.has_minimum ? 1 : -packer_->bias,
                                      .float_sums = layout.has_minimum};
    a.codes(x, columns_, padded_, place, tile);
  } else if (way_ == Way::panels && kind_ == PanelKind::pairs) {
    a.brains(x, columns_, padded_, rows, row, tile);
  } else {
    a.floats(x, columns_, padded_, rows, row, tile);
  }
}

// The largest of the sizes, ascending from 1, that fits.
static size_t largest(std::span<const int> sizes, int64_t rows) {
  size_t i = sizes.size() - 1;
  while (sizes[i] > rows) --i;
  return i;
}

void PackedMatrix::pack_x(const float* x, int64_t stride, int64_t rows, uint8_t* packed) const {
  const std::span<const int> sizes = tiles();
  while (rows > 0) {
    const int count = sizes[largest(sizes, rows)];
    for (int row = 0; row < count; ++row) pack_x_row(x + row * stride, count, row, packed);
    x += count * stride;
    packed += count * x_bytes();
    rows -= count;
  }
}

void PackedMatrix::multiply(int64_t group, const uint8_t* packed, int64_t rows, float* y) const {
  const uint8_t* const weights = bytes_.get() + group * group_bytes_;
  if (way_ == Way::panels) return multiply_panel(weights, packed, rows, y);
  multiply_blocks(weights, packed, rows, y);
}

void PackedMatrix::multiply_blocks(const uint8_t* weights, const uint8_t* packed, int64_t rows,
                                   float* y) const {
  const auto kind = static_cast<size_t>(packer_->kind);
  const int64_t units = padded_ / packer_->layout().unit_columns();
  while (rows > 0) {
    const size_t tile = largest(tiles(), rows);
    if (way_ == Way::codes) {
      blocks().multiply[kind][tile](weights, units, packer_->table.data(), packed, y, 16);
    } else {
      decoded().multiply[kind][tile](weights, units, packer_->table.data(), packer_->bias, packed,
                                     y, 16);
    }
    const int64_t count = block_tile_rows[tile];
    packed += count * x_bytes();
    y += count * 16;
    rows -= count;
  }
}

void PackedMatrix::multiply_panel(const uint8_t* weights, const uint8_t* packed, int64_t rows,
                                  float* y) const {
  const Panels& p = panels();
  const auto kind = static_cast<size_t>(kind_);
  const int64_t step_bytes = panel_rows * panel_element_bytes(kind_) * panel_steps(kind_);
  const int64_t piece = panel_piece * panel_steps(kind_);
  int64_t k = 0;
  do {
    const int64_t columns = std::min(piece, padded_ - k), steps = k / panel_steps(kind_);
    for (int64_t row = 0; row < rows;) {
      const size_t tile = largest(p.tile_rows, rows - row);
      const int count = p.tile_rows[tile];
      p.multiply[kind][tile](weights + steps * step_bytes, columns,
                             packed + row * x_bytes() + steps * 4 * count, y + row * panel_rows,
                             panel_rows, k > 0);
      row += count;
    }
    k += columns;
  } while (k < padded_);
}

}  // namespace tenon::cpu
