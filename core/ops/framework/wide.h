// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/expr.h"

namespace tenon {

// Shape arithmetic that a model does in i32, done in i64 instead, so that it stays comparable with
// other sizes: the same wherever nothing overflows i32. Expressions that depend on the width, and
// those without i32 parts, are returned as they are. `expr` loads nothing.
Expr without_narrowing(Expr expr);

}  // namespace tenon
