// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/cpu.h"
#include "plugins/backends/cpu/math/folds.h"
#include "plugins/backends/cpu/rows.h"
#include "plugins/backends/reference/axes.h"
#include "plugins/backends/reference/fold.h"

#include <algorithm>
#include <cmath>
#include <utility>

// Axes of f32 folded into one element each: vectors of neighbours, or many of them side by side.
namespace tenon::cpu {
namespace {

constexpr int64_t tile = 512;  // results side by side

// As the plain kernel sees it: the output is rows x width; each row folds `folded` segments, of
// `width` elements side by side or, where width is 1, of `length` neighbours into one.
struct Shape {
  reference::Fold fold = reference::Fold::sum;
  reference::AxisList kept, folded;
  int64_t width = 1;
  int64_t length = 1;
  int64_t count = 1;   // elements of the input in each of the output
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

// The innermost axis of a list, when it is the tensor's innermost.
int64_t take_vector(reference::AxisList& axes) {
  if (axes.strides.empty() || axes.strides.back() != 1) return 1;
  const int64_t extent = axes.extents.back();
  axes.extents.pop_back();
  axes.strides.pop_back();
  return extent;
}

Result<KernelWork> shape(const KernelSizes& sizes) {
  Shape shape;
  TENON_TRY_ASSIGN(shape.fold, reference::fold_named(sizes.node().attr_string("mode", "")));
  TENON_TRY_ASSIGN(const std::vector<int64_t> axes, sizes.ints("axes"));
  const std::span<const int64_t> dims = sizes.input(0);
  for (const int64_t axis : axes) {
    if (axis < 0 || axis >= static_cast<int64_t>(dims.size())) {
      return invalid("axis {} of a tensor of rank {}", axis, dims.size());
    }
  }
  std::vector<int64_t> strides(dims.size(), 1);
  for (size_t i = dims.size(); i-- > 1;) {
    strides[i - 1] = wrapping_multiply(strides[i], std::max<int64_t>(dims[i], 1));
  }
  for (size_t i = 0; i < dims.size(); ++i) {
    const bool folded = std::ranges::count(axes, static_cast<int64_t>(i)) > 0;
    if (folded || dims[i] != 1) (folded ? shape.folded : shape.kept).push(dims[i], strides[i]);
  }
  shape.count = shape.folded.count();
  const int64_t outputs = shape.kept.count();
  if (outputs != sizes.output_elements(0)) {
    return invalid("output of {} elements, expected {}", sizes.output_elements(0), outputs);
  }
  shape.width = take_vector(shape.kept);
  shape.length = shape.width == 1 ? take_vector(shape.folded) : 1;
  if (shape.width > 1 && !shape.folded.extents.empty()) {
    shape.run = shape.folded.extents.back();
    shape.stride = shape.folded.strides.back();
    shape.folded.extents.pop_back();
    shape.folded.strides.pop_back();
  }
  shape.tiles = (shape.width + tile - 1) / tile;
  const int64_t rows = outputs == 0 ? 0 : shape.kept.count() * shape.tiles;
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
