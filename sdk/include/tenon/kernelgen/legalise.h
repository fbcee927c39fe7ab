// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernelgen/kir.h"
#include "tenon/status.h"

// Kernels for targets that lack a type. [any thread]
namespace tenon::kir {

// The kernel without 64-bit integers: each is a pair of 32-bit halves, the low one first. A scalar
// parameter becomes two of type u32 in its place; buffers keep their bytes and are indexed by
// halves, so up to 2^30 elements. Refuses the bits of an f64, which no pair can be cast to.
Result<Kernel> without_wide_integers(const Kernel& kernel);

}  // namespace tenon::kir
