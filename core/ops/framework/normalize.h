// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/framework/compose.h"

// The middle of all normalizations.
namespace tenon::ops {

struct Normalized {
  ValueId value = no_id;              // (x - mean) * inverse deviation, in x's type
  ValueId mean = no_id;               // over the axes, which stay with extent 1
  ValueId inverse_deviation = no_id;  // 1 / sqrt(variance + epsilon)
};
Normalized normalize(ExpandContext& c, ValueId x, const std::vector<int64_t>& axes, double epsilon);
// x / sqrt(mean of squares + epsilon).
ValueId normalize_by_root_mean_square(ExpandContext& c, ValueId x, const std::vector<int64_t>& axes,
                                      double epsilon);
// x * scale + bias in type `dtype`; scale and bias may be no_id.
ValueId scale_and_shift(ExpandContext& c, ValueId x, ValueId scale, ValueId bias, DType dtype);

}  // namespace tenon::ops
