// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/ops/contexts.h"

// Window functions of signal processing: sums of cosines.
namespace tenon::ops {

// One axis of the size in operand 0, of type output_datatype.
Status infer_window(InferContext& c);
// a0 - a1 * cos(w) + a2 * cos(2 * w), w one turn over the window.
Expr window(ElementContext& c, double a0, double a1, double a2);

}  // namespace tenon::ops
