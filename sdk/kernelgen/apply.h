// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "range.h"
#include "tenon/kernelgen/builder.h"
#include "tenon/status.h"

// Operations of formulas as KIR, with the meaning of abi/draft/expr.h. [any thread]
namespace tenon::kir {

struct Knowledge {
  Range a;
  Range b;
  bool exact = false;  // the exact result of signed arithmetic fits its type
  bool has_f64 = true;
};

Result<Value> apply_unary(uint16_t op, Value a, const Knowledge& known);
Result<Value> apply_binary(uint16_t op, Value a, Value b, const Knowledge& known);

}  // namespace tenon::kir
