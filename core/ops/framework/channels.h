// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

// Tensors whose channels are the last axis, as some operators of com.microsoft hold them.
namespace tenon::ops {

// [n, d..., c] as [n, c, d...], and back.
ValueId channels_first(ExpandContext& c, ValueId x);
ValueId channels_last(ExpandContext& c, ValueId x);
std::vector<Expr> channels_first(std::vector<Expr> dims);
std::vector<Expr> channels_last(std::vector<Expr> dims);

}  // namespace tenon::ops
