// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

#include <cstdint>

// Support vector machines of ai.onnx.ml: attributes kernel_type, kernel_params (gamma, coef0,
// degree) and support_vectors.
namespace tenon::ops {

// For infer: whether kernel and `vectors` support vectors fit the features of input 0.
Status check_support(InferContext& c, int64_t vectors);
// The kernel of each row and each support vector: [rows, vectors].
ValueId support_kernel(ExpandContext& c, ValueId x, int64_t vectors);

}  // namespace tenon::ops
