// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/resample.h"

#include "core/ops/framework/formula.h"
#include "core/ops/framework/sizes.h"

#include <algorithm>
#include <cmath>

namespace tenon::ops {
namespace {

bool is_number(Expr e) { return e.op() == TENON_EXPR_CONST; }

Expr as_f32(Expr e) { return e.pool().cast(e, Type::f32); }

// in * scale rounded down; integer factors keep the sizes plain.
Expr scaled_extent(Expr in, Expr scale) {
  ExprPool& pool = in.pool();
  if (is_number(scale)) {
    const double factor = scale.float_constant();
    if (factor >= 1 && factor == std::floor(factor) && factor < 1e9) {
      return in * static_cast<int64_t>(factor);
    }
    if (factor > 1e-9 && 1 / factor == std::floor(1 / factor)) {
      return floor_div(in, pool.integer(static_cast<int64_t>(1 / factor)));
    }
  }
  const Expr exact = pool.cast(in, Type::f64) * pool.cast(scale, Type::f64);
  return as_index(pool.unary(TENON_EXPR_FLOOR, exact));
}

// Values of an operand that may be omitted or empty.
Result<std::vector<Expr>> optional_values(const NodeContext& c, size_t input) {
  if (!c.has(input)) return std::vector<Expr>();
  return c.values(input);
}

Status by_scales(const std::vector<Expr>& scales, const std::vector<int64_t>& axes,
                 std::vector<ResizeAxis>& all) {
  for (size_t i = 0; i < axes.size(); ++i) {
    ResizeAxis& axis = all[static_cast<size_t>(axes[i])];
    const Expr scale = as_f32(scales[i]);
    if (is_number(scale)) {
      const double factor = scale.float_constant();
      if (!(factor > 0)) return invalid("scale {} of axis {}", factor, axes[i]);
      if (factor == 1) continue;
    }
    axis.scale = scale;
    axis.out = scaled_extent(axis.in, scale);
    axis.extent = as_f32(axis.in) * scale;
  }
  return {};
}

void by_sizes(const NodeContext& c, const std::vector<Expr>& sizes,
              const std::vector<int64_t>& axes, std::vector<ResizeAxis>& all) {
  const std::string policy = c.text("keep_aspect_ratio_policy", "stretch");
  ExprPool& pool = c.pool();
  Expr common;
  if (policy != "stretch") {
    for (size_t i = 0; i < axes.size(); ++i) {
      const Expr in = all[static_cast<size_t>(axes[i])].in;
      const Expr ratio = pool.cast(sizes[i], Type::f64) / pool.cast(in, Type::f64);
      if (!common.valid()) {
        common = ratio;
      } else {
        common = policy == "not_larger" ? minimum(common, ratio) : maximum(common, ratio);
      }
    }
  }
  for (size_t i = 0; i < axes.size(); ++i) {
    ResizeAxis& axis = all[static_cast<size_t>(axes[i])];
    if (common.valid()) {
      const Expr exact = pool.cast(axis.in, Type::f64) * common;
      axis.out = as_index(pool.unary(TENON_EXPR_FLOOR, exact + pool.real(0.5, Type::f64)));
      axis.scale = as_f32(common);
      axis.extent = as_f32(exact);
    } else if (!sizes[i].same(axis.in)) {
      axis.out = sizes[i];
      axis.scale = as_f32(axis.out) / as_f32(axis.in);
      axis.extent = as_f32(axis.out);
      axis.by_size = true;
    }
  }
}

}  // namespace

Expr f32_number(ExprPool& pool, double value) { return pool.real(value, Type::f32); }

Expr ResizeAxis::back(Expr distance) const {
  return by_size ? distance * as_f32(in) / as_f32(out) : distance / scale;
}

Result<std::vector<ResizeAxis>> resize_axes(const NodeContext& c) {
  TENON_TRY_ASSIGN(const std::vector<Expr> scales, optional_values(c, 2));
  TENON_TRY_ASSIGN(const std::vector<Expr> sizes, optional_values(c, 3));
  std::vector<int64_t> axes;
  for (int64_t axis = 0; axis < c.rank(0); ++axis) axes.push_back(axis);
  axes = c.integers("axes", axes);
  TENON_TRY(sorted_axes(axes, c.rank(0)).status());
  for (int64_t& axis : axes) {
    if (axis < 0) axis += c.rank(0);
  }
  if (scales.empty() == sizes.empty()) return invalid("expected either scales or sizes");
  if (std::max(scales.size(), sizes.size()) != axes.size()) {
    return invalid("{} scales and {} sizes for {} axes", scales.size(), sizes.size(), axes.size());
  }
  std::vector<ResizeAxis> all;
  for (const Expr dim : c.dims(0)) {
    ResizeAxis axis;
    axis.in = axis.out = dim;
    all.push_back(axis);
  }
  if (sizes.empty()) {
    TENON_TRY(by_scales(scales, axes, all));
  } else {
    by_sizes(c, sizes, axes, all);
  }
  if (c.text("coordinate_transformation_mode", "half_pixel") != "tf_crop_and_resize") return all;
  TENON_TRY_ASSIGN(const std::vector<Expr> roi, optional_values(c, 1));
  if (roi.size() != 2 * axes.size()) {
    return invalid("a region of {} numbers, expected {}", roi.size(), 2 * axes.size());
  }
  for (size_t i = 0; i < axes.size(); ++i) {
    ResizeAxis& axis = all[static_cast<size_t>(axes[i])];
    axis.roi_begin = as_f32(roi[i]);
    axis.roi_end = as_f32(roi[i + axes.size()]);
    const bool whole = is_number(axis.roi_begin) && axis.roi_begin.float_constant() == 0 &&
                       is_number(axis.roi_end) && axis.roi_end.float_constant() == 1;
    if (axis.resized() || whole) continue;
    axis.scale = f32_number(c.pool(), 1);
    axis.extent = as_f32(axis.in);
  }
  return all;
}

Expr source_position(const NodeContext& c, const ResizeAxis& axis, Expr x) {
  ExprPool& pool = c.pool();
  const std::string mode = c.text("coordinate_transformation_mode", "half_pixel");
  const Expr half = f32_number(pool, 0.5);
  const Expr zero = f32_number(pool, 0);
  const Expr last = as_f32(axis.in) - 1;
  if (mode == "asymmetric") return axis.back(x);
  if (mode == "align_corners") {
    return select(axis.extent == 1, zero, x * last / (axis.extent - 1));
  }
  if (mode == "tf_crop_and_resize") {
    // In the order of ONNX's text, so that roundings are the same.
    const Expr size = axis.roi_end - axis.roi_begin;
    return axis.roi_begin * last +
           select(axis.extent == 1, size * last * half, x * size * last / (axis.extent - 1));
  }
  const Expr plain = axis.back(x + half) - half;
  if (mode == "pytorch_half_pixel") return select(axis.extent == 1, zero, plain);
  if (mode == "tf_half_pixel_for_nn") return axis.back(x + half);
  if (mode == "half_pixel_symmetric") {
    const Expr center = as_f32(axis.in) * half;
    return center * (f32_number(pool, 1) - as_f32(axis.out) / axis.extent) + plain;
  }
  return plain;
}

Expr linear_weight(Expr distance) {
  ExprPool& pool = distance.pool();
  const Expr size = pool.unary(TENON_EXPR_ABS, distance);
  return maximum(f32_number(pool, 1) - size, f32_number(pool, 0));
}

Expr cubic_weight(Expr distance, double a) {
  ExprPool& pool = distance.pool();
  const auto number = [&](double value) { return f32_number(pool, value); };
  const Expr d = pool.unary(TENON_EXPR_ABS, distance);
  const Expr near = ((d * number(a + 2) - number(a + 3)) * d) * d + number(1);
  const Expr far = ((d * number(a) - number(5 * a)) * d + number(8 * a)) * d - number(4 * a);
  return select(d <= 1, near, select(d < 2, far, number(0)));
}

}  // namespace tenon::ops
