// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

#include <cstdint>
#include <vector>

// Reasoning about sizes that may be expressions. Pure functions.
namespace tenon::ops {

// Whether the expression reads an element of a tensor, so that nothing is known of its sign.
bool reads_data(const Graph& graph, Expr size);
// Whether the expression cannot be negative, whatever the input dims are.
bool never_negative(const Graph& graph, Expr size);
// A begin or end of a range over an axis: negative counts from the end, then clamped to
// [low, extent + high].
Expr clamp_position(const Graph& graph, Expr position, Expr extent, int64_t low, int64_t high);
// Of 1 and another extent the other; of two equal ones either. Unknown ones are decided at run
// time.
Expr broadcast_extent(Expr a, Expr b);
// The product; 1 for none.
Expr product(const NodeContext& c, const std::vector<Expr>& sizes);
// An attribute of kind INTS where all are constants, else DIMS.
Attribute as_attribute(const std::vector<Expr>& sizes);
// Attribute `name` with one entry per axis, or `otherwise` for each axis. Error for another count
// or for a constant below `least`.
Result<std::vector<Expr>> per_axis(const NodeContext& c, std::string_view name, size_t count,
                                   int64_t otherwise, int64_t least);
// The axes in shape operand or list `axes`, resolved against `rank`, sorted, without repetition.
Result<std::vector<int64_t>> sorted_axes(std::vector<int64_t> axes, int64_t rank);
// One axis resolved against `rank`.
Result<int64_t> resolve_axis(int64_t axis, int64_t rank);

}  // namespace tenon::ops
