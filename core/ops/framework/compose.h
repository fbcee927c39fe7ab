// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

// The words in which composite operators are written: each adds one node to the expansion and
// returns its first output.
namespace tenon::ops {

using Operands = std::initializer_list<std::pair<std::string_view, ValueId>>;

// A formula over named values, broadcast to each other. `numbers` are named constants.
ValueId map(ExpandContext& c, std::string_view formula, Operands operands, DType dtype,
            Attributes numbers = {});
// Mode "sum", "mean", "prod", "max" or "min" over sorted axes, which stay with extent 1.
ValueId reduce(ExpandContext& c, std::string_view mode, ValueId x, std::vector<int64_t> axes);
// The same without the axes.
ValueId reduce_away(ExpandContext& c, std::string_view mode, ValueId x, std::vector<int64_t> axes);
ValueId reshape(ExpandContext& c, ValueId x, const std::vector<Expr>& dims);
ValueId transpose(ExpandContext& c, ValueId x, std::vector<int64_t> perm);
// Elements [begin, end) along one axis.
ValueId slice(ExpandContext& c, ValueId x, int64_t axis, Expr begin, Expr end);
// 0, 1, ... count - 1.
ValueId count_up(ExpandContext& c, Expr count);
// A vector along `axis` of a tensor of rank `rank`: dims 1 everywhere else. Scalars stay scalars.
ValueId along_axis(ExpandContext& c, ValueId vector, int64_t axis, int64_t rank);

// The type in which a composite computes: f64 for f64, else f32.
inline DType wide(DType dtype) { return dtype == DType::f64 ? DType::f64 : DType::f32; }
// begin, begin + 1, ... end - 1.
std::vector<int64_t> axes_between(int64_t begin, int64_t end);

}  // namespace tenon::ops
