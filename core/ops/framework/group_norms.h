// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

// The group normalizations of com.microsoft, with channels first or last and an activation.
namespace tenon::ops {

Status infer_groups(InferContext& c);
// Output 0 from the sum of all inputs, in a wide type.
Status expand_groups(ExpandContext& c, ValueId sum);

}  // namespace tenon::ops
