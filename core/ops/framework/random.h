// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/op.h"

#include <string_view>

// Random numbers as a function of a seed and a place: the same on every device. The seed is an
// attribute of the node; without one the host draws another one for each run.
namespace tenon::ops {

// Attribute dtype as an element type, or `otherwise` without it.
Result<DType> wanted_type(const NodeContext& c, std::string_view attribute, DType otherwise);

// Numbers of f32 in [0, 1), or of a standard normal distribution.
ValueId random_uniform(ExpandContext& c, const std::vector<Expr>& dims);
ValueId random_normal(ExpandContext& c, const std::vector<Expr>& dims);

// RandomUniform and RandomNormal, of the type and dims that attributes give ...
Op random_op(std::string_view name, std::string_view doc, Status (*expand)(ExpandContext&));
// ... or those of an input.
Op random_like_op(std::string_view name, std::string_view doc, Status (*expand)(ExpandContext&));
Status expand_uniform(ExpandContext& c);
Status expand_normal(ExpandContext& c);

}  // namespace tenon::ops
