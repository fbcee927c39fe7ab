// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

#include <string_view>

// Bodies that say how a composite computes something: they run nowhere, their nodes become part of
// the expansion.
namespace tenon::ops {

// The first output of the body behind `attribute` with `argument` as its input; the argument itself
// without a body. The node must be closed (core/graph/bodies.h).
Result<ValueId> inline_body(ExpandContext& c, std::string_view attribute, ValueId argument);

}  // namespace tenon::ops
