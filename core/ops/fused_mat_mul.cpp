// SPDX-License-Identifier: Apache-2.0
#include "core/ops/framework/fused_products.h"

namespace tenon::ops {

Op fused_mat_mul() { return fused_product("FusedMatMul"); }

}  // namespace tenon::ops
