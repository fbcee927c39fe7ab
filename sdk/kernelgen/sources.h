// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "draft.h"

#include <map>

// Which formulas the kernels of their only reader compute for themselves: those of right matrices
// of products with few rows, as weights in another type or format are in a step of a text. [any
// thread]
namespace tenon::kernelgen {

// Tells the island these sources. Returns the nodes of its body that then need kernels of their own
// only under a condition on sizes, which may be constant.
std::map<uint32_t, Expr> find_sources(Island& island);

}  // namespace tenon::kernelgen
