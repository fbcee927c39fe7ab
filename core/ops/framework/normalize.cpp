// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/normalize.h"

namespace tenon::ops {

Normalized normalize(ExpandContext& c, ValueId x, const std::vector<int64_t>& axes,
                     double epsilon) {
  if (!c.status().ok()) return {};
  const DType dtype = c.dtype_of(x);
  Normalized result;
  result.mean = reduce(c, "mean", x, axes);
  const ValueId offset = map(c, "x - mean", {{"x", x}, {"mean", result.mean}}, dtype);
  const ValueId square = map(c, "d * d", {{"d", offset}}, dtype);
  const ValueId variance = reduce(c, "mean", square, axes);
  result.inverse_deviation =
      map(c, "1 / sqrt(v + epsilon)", {{"v", variance}}, dtype, {{"epsilon", epsilon}});
  result.value = map(c, "d * s", {{"d", offset}, {"s", result.inverse_deviation}}, dtype);
  return result;
}

ValueId normalize_by_root_mean_square(ExpandContext& c, ValueId x, const std::vector<int64_t>& axes,
                                      double epsilon) {
  if (!c.status().ok()) return no_id;
  const DType dtype = c.dtype_of(x);
  const ValueId square = map(c, "x * x", {{"x", x}}, dtype);
  const ValueId mean = reduce(c, "mean", square, axes);
  return map(c, "x / sqrt(m + epsilon)", {{"x", x}, {"m", mean}}, dtype, {{"epsilon", epsilon}});
}

ValueId scale_and_shift(ExpandContext& c, ValueId x, ValueId scale, ValueId bias, DType dtype) {
  if (scale == no_id && bias == no_id) return c.cast(x, dtype);
  if (bias == no_id) return map(c, "x * s", {{"x", x}, {"s", scale}}, dtype);
  if (scale == no_id) return map(c, "x + b", {{"x", x}, {"b", bias}}, dtype);
  return map(c, "x * s + b", {{"x", x}, {"s", scale}, {"b", bias}}, dtype);
}

}  // namespace tenon::ops
