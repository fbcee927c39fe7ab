// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/compose.h"
#include "core/ops/framework/resample.h"
#include "core/ops/op.h"

#include <algorithm>
#include <utility>

namespace tenon::ops {
namespace {

// Resizes one axis by a product with a matrix of weights.
ValueId resize_axis(ExpandContext& c, ValueId x, int64_t axis, const Attributes& attributes) {
  const int64_t last = c.rank(0) - 1;
  Attributes of_axis = attributes;
  of_axis["axis"] = axis;
  const ValueId raw =
      c.add("ResizeWeights", {c.input(0), c.input(1), c.input(2), c.input(3)}, std::move(of_axis));
  const ValueId weights =
      map(c, "w / s", {{"w", raw}, {"s", reduce(c, "sum", raw, {0})}}, DType::f32);
  if (!c.status().ok()) return no_id;
  const Expr margin = floor_div(c.dims_of(raw)[0] - c.dim(0, axis), c.number(2));
  const ValueId padded =
      c.add("Pad", {x, c.sizes({margin, margin}), no_id, c.integers({axis})}, {{"mode", "edge"}});
  std::vector<int64_t> perm = axes_between(0, last + 1);
  std::swap(perm[static_cast<size_t>(axis)], perm[static_cast<size_t>(last)]);
  if (axis == last) return c.add("MatMul", {padded, weights});
  return transpose(c, c.add("MatMul", {transpose(c, padded, perm), weights}), perm);
}

// Antialiasing reaches over many elements, and so does cubic interpolation of many axes: the axes
// are then resized one after the other.
bool axis_by_axis(const NodeContext& c, const std::vector<ResizeAxis>& axes) {
  const std::string mode = c.text("mode", "nearest");
  if (mode == "nearest") return false;
  const auto resized = std::ranges::count_if(axes, &ResizeAxis::resized);
  return c.integer("antialias", 0) != 0 || (mode == "cubic" && resized > 2);
}

Status expand(ExpandContext& c) {
  const Attributes attributes = c.node().attributes;
  TENON_TRY_ASSIGN(const std::vector<ResizeAxis> axes, resize_axes(c));
  if (!axis_by_axis(c, axes)) {
    c.output(0, c.add("Interpolate", {c.input(0), c.input(1), c.input(2), c.input(3)}, attributes));
    return {};
  }
  const DType dtype = c.dtype(0);
  ValueId x = c.cast(c.input(0), DType::f32);
  for (size_t i = 0; i < axes.size(); ++i) {
    if (axes[i].resized()) x = resize_axis(c, x, static_cast<int64_t>(i), attributes);
  }
  c.output(0, c.cast(x, dtype));
  return {};
}

Status infer(InferContext& c) {
  TENON_TRY_ASSIGN(const std::vector<ResizeAxis> axes, resize_axes(c));
  if (axis_by_axis(c, axes) &&
      c.text("coordinate_transformation_mode", "half_pixel") == "tf_crop_and_resize") {
    return unsupported("tf_crop_and_resize of many elements into one");
  }
  std::vector<Expr> dims;
  for (const ResizeAxis& axis : axes) dims.push_back(axis.out);
  c.output(0, c.dtype(0), dims);
  return {};
}

}  // namespace

Op resize() {
  const SampleInput x = {.dims = {1, 2, 4, 6}};
  const SampleInput none = {.omitted = true};
  const SampleInput sizes = {.dims = {4}, .dtype = DType::i64, .values = {1, 2, 8, 9}};
  return {
      .name = "Resize",
      .doc = "The input at other sizes: nearest elements, or linear or cubic interpolation.",
      .inputs = {{"x", "numeric|bool"},
                 {"roi", "float", optional_operand},
                 {"scales", "f32", optional_operand},
                 {"sizes", "i32|i64", optional_operand}},
      .outputs = {{"y", "numeric|bool"}},
      .infer = infer,
      .shape_operands = {1, 2, 3},
      .expand = expand,
      .samples = {{.inputs = {x, none, none, sizes}, .attributes = {{"mode", "linear"}}},
                  {.inputs = {x, none, {.dims = {4}, .values = {1, 1, 0.5, 0.7}}},
                   .attributes = {{"mode", "linear"}, {"antialias", 1}}}},
  };
}

}  // namespace tenon::ops
