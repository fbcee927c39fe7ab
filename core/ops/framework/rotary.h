// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

// Rotary position embedding, shared by ONNX's operator and the older one of com.microsoft, whose
// operands stand in another order.
namespace tenon::ops {

struct RotaryOperands {
  size_t cosines, sines, positions;
};

Status infer_rotary(InferContext& c, const RotaryOperands& operands);
// x [batch, heads, length, size] or [batch, length, heads * size] with pairs of its first numbers
// of each head turned by the angle of their place.
Expr rotate(ElementContext& c, const RotaryOperands& operands);

}  // namespace tenon::ops
