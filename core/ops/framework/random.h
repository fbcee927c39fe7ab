// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/op.h"

#include <string_view>

// Random numbers as a function of a seed and a place: the same on every device for a seed that the
// model gives. Without one, a node gets a seed when it is inferred: fresh for each load, the same
// for all runs of one model.
namespace tenon::ops {

// Gives the node attribute seed where it has none.
void choose_seed(InferContext& c);
// Attribute dtype as an element type, or `otherwise` without it.
Result<DType> wanted_type(const NodeContext& c, std::string_view attribute, DType otherwise);

// Numbers of f32 in [0, 1), or of a standard normal distribution, from the node's seed.
ValueId random_uniform(ExpandContext& c, const std::vector<Expr>& dims);
ValueId random_normal(ExpandContext& c, const std::vector<Expr>& dims);

// RandomUniform, RandomNormal and their forms that take type and dims from an input.
Op random_op(std::string_view name, std::string_view doc, bool like,
             Status (*expand)(ExpandContext&));
Status expand_uniform(ExpandContext& c);
Status expand_normal(ExpandContext& c);

}  // namespace tenon::ops
