// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

#include <vector>

// Geometry of Resize, shared by the operators it is written in. Pure functions of their context.
namespace tenon::ops {

// How one axis is resized. Unresized axes have an invalid scale.
struct ResizeAxis {
  Expr in, out;  // i64
  Expr scale;    // f32
  Expr extent;   // in * scale, before rounding down; f32
  bool by_size = false;
  Expr roi_begin, roi_end;  // of mode tf_crop_and_resize

  bool resized() const { return scale.valid(); }
  // Distance in the input of a distance in the output.
  Expr back(Expr distance) const;
};

// One entry per axis of the input, from operands roi, scales and sizes and the attributes.
Result<std::vector<ResizeAxis>> resize_axes(const NodeContext& c);

// Where in the input output coordinate `x` (f32) lies, by coordinate_transformation_mode.
Expr source_position(const NodeContext& c, const ResizeAxis& axis, Expr x);

// Weight of a tap at `distance` (f32, of any sign) under the linear or cubic kernel.
Expr linear_weight(Expr distance);
Expr cubic_weight(Expr distance, double a);

// A constant of type f32.
Expr f32_number(ExprPool& pool, double value);

}  // namespace tenon::ops
