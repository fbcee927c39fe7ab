// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/math/folds.h"
#include "plugins/backends/cpu/rows.h"
#include "plugins/backends/reference/folded_axes.h"

#include <algorithm>
#include <cmath>
#include <utility>

// Axes of f32 folded into one element each: vectors of neighbours, or many of them side by side.
namespace tenon::cpu {
namespace {

constexpr int64_t tile = 512;  // results side by side

// As the plain kernel sees it.
struct Shape : reference::FoldedAxes {
  int64_t run = 1;     // segments that follow each other at one distance ...
  int64_t stride = 0;  // ... which is this
  int64_t tiles = 1;
};

size_t mode_of(reference::Fold fold) {
  switch (fold) {
    case reference::Fold::prod:
      return static_cast<size_t>(FoldMode::product);
    case reference::Fold::max:
      return static_cast<size_t>(FoldMode::largest);
    case reference::Fold::min:
      return static_cast<size_t>(FoldMode::smallest);
    default:
      return static_cast<size_t>(FoldMode::sum);
  }
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  Shape shape;
  TENON_TRY_ASSIGN(static_cast<reference::FoldedAxes&>(shape), reference::folded_axes(sizes));
  if (shape.width > 1 && !shape.folded.extents.empty()) {
    shape.run = shape.folded.extents.back();
    shape.stride = shape.folded.strides.back();
    shape.folded.extents.pop_back();
    shape.folded.strides.pop_back();
  }
  shape.tiles = (shape.width + tile - 1) / tile;
  const int64_t rows = shape.rows * shape.tiles;
  KernelWork work =
      in_rows_of(rows, std::min(shape.width, tile) * std::max<int64_t>(shape.count, 1), 32768);
  work.scratch = 2 * tile * 4;
  work.block = keep(std::move(shape));
  return work;
}

void fold_into_one(const Shape& shape, const float* x, float* y) {
  const Folds& all = folds();
  const size_t mode = mode_of(shape.fold);
  const int64_t segments = shape.folded.count();
  double total = static_cast<double>(all.vector[mode](x + shape.folded.offset(0), shape.length));
  for (int64_t i = 1; i < segments; ++i) {
    const float part = all.vector[mode](x + shape.folded.offset(i), shape.length);
    total = all.join[mode](total, static_cast<double>(part));
  }
  if (shape.fold == reference::Fold::mean) total /= static_cast<double>(shape.count);
  *y = static_cast<float>(total);
}

void fold_side_by_side(const Shape& shape, const float* x, float* y, int64_t count, float* part) {
  const Folds& all = folds();
  const size_t mode = mode_of(shape.fold);
  const int64_t segments = shape.folded.count();
  all.columns[mode](x + shape.folded.offset(0), shape.run, shape.stride, count, y);
  for (int64_t i = 1; i < segments; ++i) {
    // The total so far and the next part are two rows to fold.
    std::copy_n(y, count, part);
    all.columns[mode](x + shape.folded.offset(i), shape.run, shape.stride, count, part + tile);
    all.columns[mode](part, 2, tile, count, y);
  }
  if (shape.fold != reference::Fold::mean) return;
  const auto by = static_cast<float>(shape.count);
  for (int64_t k = 0; k < count; ++k) y[k] /= by;
}

void run(const KernelArguments& arguments, int64_t chunk) {
  const auto& shape = arguments.block<Shape>();
  const float* const x = arguments.input<float>(0).data();
  float* const y = arguments.output<float>(0).data();
  if (shape.count == 0) {
    if (chunk != 0) return;
    const auto none = reference::start_of<double>(shape.fold, DType::f32);
    const double empty = shape.fold == reference::Fold::mean ? std::nan("") : none;
    std::ranges::fill(arguments.output<float>(0), static_cast<float>(empty));
    return;
  }
  auto* const part = reinterpret_cast<float*>(arguments.scratch().data());
  for (const int64_t at : arguments.rows_of(chunk)) {
    const int64_t row = at / shape.tiles, first = at % shape.tiles * tile;
    const float* const from = x + shape.kept.offset(row) + first;
    float* const to = y + row * shape.width + first;
    if (shape.width == 1) {
      fold_into_one(shape, from, to);
    } else {
      fold_side_by_side(shape, from, to, std::min(tile, shape.width - first), part);
    }
  }
}

}  // namespace

Kernel reduce() {
  return {
      .op = "Reduce", .inputs = {DType::f32}, .outputs = {DType::f32}, .shape = shape, .run = run};
}

}  // namespace tenon::cpu
