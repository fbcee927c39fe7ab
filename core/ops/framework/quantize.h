// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/op.h"

#include <string_view>

// Arithmetic of quantized tensors, shared by the operators that read or write them: an integer q
// stands for (q - zero point) * scale. Pure functions of their context.
namespace tenon::ops {

// Least and greatest number of an integer or a narrow float type.
struct Limits {
  double low, high;
};
Limits limits(DType dtype);

// Scale or zero point in input `input` for the output's element: one for all, one for each place
// on `axis`, or one for each block of `block` places on it.
Expr quantization_parameter(ElementContext& c, size_t input, int64_t axis, int64_t block);

// round(x) + zero point, kept in the limits of the output's type. `zero_point` may be invalid.
Expr to_quantized(ElementContext& c, Expr x, Expr zero_point);
// (q - zero point) * scale. `zero_point` may be invalid.
Expr to_real(ElementContext& c, Expr q, Expr scale, Expr zero_point);
// The same for scalars in inputs `scale` and `zero_point`, which may be omitted.
Expr load_real(ElementContext& c, size_t q, size_t scale, size_t zero_point);
Expr store_quantized(ElementContext& c, Expr real, size_t scale, size_t zero_point);

// q - zero point as i32; `zero_point` may be no_id. Error for narrow floats.
Result<ValueId> centered(ExpandContext& c, ValueId q, ValueId zero_point);
// round(sum * multiplier) + zero point, kept in the limits of `dtype`.
ValueId requantize(ExpandContext& c, ValueId sum, ValueId multiplier, ValueId zero_point,
                   DType dtype);
// A parameter of the rows of a matrix: a vector becomes a column.
ValueId as_column(ExpandContext& c, ValueId parameter);

// An operator of com.microsoft over two quantized tensors, each with its scale and zero point.
Op quantized_binary(std::string_view name, std::string_view doc, Element element);

// dtype of the quantized output: that of the zero point, or the default.
DType quantized_type(const NodeContext& c, size_t zero_point, DType otherwise);

}  // namespace tenon::ops
