// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/op.h"

#include <string_view>

// Products of matrices that are transposed and scaled on the way, under both of their names.
namespace tenon::ops {

// An operator of com.microsoft with attributes alpha, transA, transB, transBatchA, transBatchB.
Op fused_product(std::string_view name);

}  // namespace tenon::ops
