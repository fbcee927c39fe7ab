// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/formula.h"
#include "core/ops/framework/resample.h"
#include "core/ops/op.h"

namespace tenon::ops {
namespace {

struct Tap {
  Expr index;   // i64, within the axis
  Expr weight;  // f32; invalid = 1
};
using Taps = std::vector<Tap>;

Expr clamp(Expr index, const ResizeAxis& axis) {
  return minimum(maximum(index, index.pool().integer(0)), axis.in - 1);
}

Expr nearest(const ElementContext& c, Expr x) {
  ExprPool& pool = c.pool();
  const std::string mode = c.text("nearest_mode", "round_prefer_floor");
  const Expr half = f32_number(pool, 0.5);
  if (mode == "floor") return pool.unary(TENON_EXPR_FLOOR, x);
  if (mode == "ceil") return pool.unary(TENON_EXPR_CEIL, x);
  if (mode == "round_prefer_ceil") return pool.unary(TENON_EXPR_FLOOR, x + half);
  return pool.unary(TENON_EXPR_CEIL, x - half);
}

// The elements along one axis that output coordinate x is made of.
Taps taps(const ElementContext& c, const ResizeAxis& axis, Expr x) {
  ExprPool& pool = c.pool();
  const std::string mode = c.text("mode", "nearest");
  if (mode == "nearest") return {{clamp(as_index(nearest(c, x)), axis), Expr()}};
  const Expr floor = pool.unary(TENON_EXPR_FLOOR, x);
  const Expr first = as_index(floor);
  const Expr ratio = x - floor;
  if (mode == "linear") {
    return {{clamp(first, axis), f32_number(pool, 1) - ratio}, {clamp(first + 1, axis), ratio}};
  }
  const double a = c.real("cubic_coeff_a", -0.75);
  const bool exclude = c.integer("exclude_outside", 0) != 0;
  Taps result;
  Expr sum = f32_number(pool, 0);
  for (int64_t i = -1; i <= 2; ++i) {
    const Expr index = first + i;
    Expr weight = cubic_weight(ratio - f32_number(pool, static_cast<double>(i)), a);
    if (exclude) {
      weight = select(index >= 0 && index < axis.in, weight, f32_number(pool, 0));
      sum = sum + weight;
    }
    result.push_back({clamp(index, axis), weight});
  }
  if (exclude) {
    for (Tap& tap : result) tap.weight = tap.weight / sum;
  }
  return result;
}

// The weighted sum over the taps of axis `axis` and all later ones.
Expr weighted(const ElementContext& c, const std::vector<Taps>& all, size_t axis, Index& index) {
  if (axis == all.size()) return c.load(0, index);
  Expr sum;
  for (const Tap& tap : all[axis]) {
    index[axis] = tap.index;
    Expr part = weighted(c, all, axis + 1, index);
    if (tap.weight.valid()) part = part * tap.weight;
    sum = sum.valid() ? sum + part : part;
  }
  return sum;
}

Expr element(ElementContext& c) {
  const Result<std::vector<ResizeAxis>> axes = resize_axes(c);
  if (!axes.ok()) return c.fail(axes.status());
  ExprPool& pool = c.pool();
  const bool crop = c.text("coordinate_transformation_mode", "") == "tf_crop_and_resize";
  Expr outside = pool.boolean(false);
  std::vector<Taps> all;
  for (size_t i = 0; i < axes->size(); ++i) {
    const ResizeAxis& axis = (*axes)[i];
    const Expr place = c.coordinate(static_cast<int64_t>(i));
    if (!axis.resized()) {
      all.push_back({{place, Expr()}});
      continue;
    }
    const Expr x = source_position(c, axis, pool.cast(place, Type::f32));
    if (crop) outside = outside || x < 0 || x > pool.cast(axis.in - 1, Type::f32);
    all.push_back(taps(c, axis, x));
  }
  Index index(all.size());
  const Expr value = weighted(c, all, 0, index);
  if (!crop) return value;
  return select(outside, c.real_number(c.real("extrapolation_value", 0)), value);
}

Status infer(InferContext& c) {
  const std::string mode = c.text("mode", "nearest");
  if (mode != "nearest" && mode != "linear" && mode != "cubic") {
    return invalid("mode \"{}\", expected nearest, linear or cubic", mode);
  }
  TENON_TRY_ASSIGN(const std::vector<ResizeAxis> axes, resize_axes(c));
  std::vector<Expr> dims;
  int64_t resized = 0;
  for (const ResizeAxis& axis : axes) {
    dims.push_back(axis.out);
    if (!axis.resized()) continue;
    TENON_TRY(c.require(axis.in >= 1, "a resized axis is not empty"));
    ++resized;
  }
  if (mode == "cubic" && resized > 3) return unsupported("cubic resizing of {} axes", resized);
  c.output(0, c.dtype(0), dims);
  return {};
}

}  // namespace

Op interpolate() {
  const SampleInput x = {.dims = {1, 2, 3, 4}};
  const SampleInput none = {.omitted = true};
  const SampleInput up = {.dims = {4}, .values = {1, 1, 2, 1.5}};
  return {
      .name = "Interpolate",
      .doc = "Resize without antialiasing.",
      .inputs = {{"x", "numeric|bool"},
                 {"roi", "float", optional_operand},
                 {"scales", "f32", optional_operand},
                 {"sizes", "i32|i64", optional_operand}},
      .outputs = {{"y", "numeric|bool"}},
      .infer = infer,
      .shape_operands = {1, 2, 3},
      .element = element,
      .samples = {{.inputs = {x, none, up}},
                  {.inputs = {x, none, up}, .attributes = {{"mode", "linear"}}},
                  {.inputs = {x, none, up}, .attributes = {{"mode", "cubic"}}}},
  };
}

}  // namespace tenon::ops
