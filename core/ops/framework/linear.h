// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

// Linear models of ai.onnx.ml: attributes coefficients, one row for each target, and intercepts.
namespace tenon::ops {

// For infer: whether the attributes fit the features of input 0 and so many targets.
Status check_linear(InferContext& c, int64_t targets);
// Rows of features times coefficients, plus intercepts: [rows, targets].
ValueId linear_scores(ExpandContext& c, int64_t targets);

}  // namespace tenon::ops
