// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

// Activations that other operators carry with them.
namespace tenon::ops {

// Attribute activation of the node as an operator of its own, its parameters from
// activation_params; the value itself without one.
Result<ValueId> activate(ExpandContext& c, ValueId x);

}  // namespace tenon::ops
