// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/op.h"

#include <string_view>
#include <vector>

// What ONNX's Reduce operators have in common.
namespace tenon::ops {

// An operator with inputs data and axes, attributes keepdims and noop_with_empty_axes, that is
// written by `expand`.
Op reduction(std::string_view name, std::string_view doc, std::string_view types,
             Status (*expand)(ExpandContext&));

// Dims of `dims` reduced over sorted axes.
std::vector<Expr> reduced_dims(const NodeContext& c, const std::vector<Expr>& dims,
                               const std::vector<int64_t>& axes, bool keepdims);

// For expand: reduces x as the node's attributes say.
ValueId reduce_as_told(ExpandContext& c, std::string_view mode, ValueId x);
// The type in which logarithms and roots are computed.
DType real_type(DType dtype);

}  // namespace tenon::ops
