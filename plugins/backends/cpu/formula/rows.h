// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tenon/kernels.h"

#include <span>
#include <vector>

// The formula of a node, cut out of its graph: what strips are compiled from once the sizes are
// known. Immutable. [any thread]
namespace tenon::cpu {

struct FormulaRows {
  std::vector<tenon_expr> rows;  // what the root needs, operands first; the root is the last
  std::vector<DType> operands;   // element types of what LOAD reads
  DType result = DType::none;
};

// What `root` of `rows` needs. Unsupported where an operation or a type has no strips.
Result<FormulaRows> formula_rows(std::span<const tenon_expr> rows, int32_t root,
                                 std::vector<DType> operands, DType result);

// The formula of an element node, or the epilogue of a fused one, whose operand 0 is the node's own
// f32 result.
Result<FormulaRows> formula_rows(const NodeView& node);

}  // namespace tenon::cpu
