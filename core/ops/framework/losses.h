// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

#include <vector>

// The likelihood losses: operands scores or log probabilities [N, C, d...], classes [N, d...],
// weights [C]; attributes reduction and ignore_index.
namespace tenon::ops {

Result<std::vector<Expr>> loss_dims(InferContext& c);
// The loss of log probabilities, reduced as the node says.
ValueId negative_log_likelihood(ExpandContext& c, ValueId log_prob);

}  // namespace tenon::ops
