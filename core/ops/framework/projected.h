// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

// Attention and QAttention of com.microsoft after their projection: query, key and value lie side
// by side in one tensor.
namespace tenon::ops {

struct ProjectedOperands {
  size_t input, weights, mask, past, bias;  // bias: of the scores
};

Status infer_projected(InferContext& c, const ProjectedOperands& in, DType dtype);
Status expand_projected(ExpandContext& c, const ProjectedOperands& in, ValueId all);

}  // namespace tenon::ops
