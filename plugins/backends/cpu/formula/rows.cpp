// SPDX-License-Identifier: Apache-2.0
#include "plugins/backends/cpu/formula/rows.h"

#include "plugins/backends/cpu/math/elements.h"
#include "plugins/backends/cpu/math/transfer.h"
#include "tenon/expr_ops.h"

#include <algorithm>
#include <utility>

namespace tenon::cpu {
namespace {

bool has_transfer(DType dtype) {
  const auto index = static_cast<uint32_t>(dtype);
  return index < transfer_dtypes && transfer().read[index] != nullptr;
}

bool is_four_bytes(uint16_t type) {
  return type == TENON_TYPE_F32 || type == TENON_TYPE_I32 || type == TENON_TYPE_U32;
}

bool has_step(const tenon_expr& row, uint16_t operand_type) {
  if (row.op <= TENON_EXPR_LOAD) return true;
  if (row.op == TENON_EXPR_CAST) {
    return row.type == operand_type || elements().casts[row.type][operand_type] != nullptr;
  }
  if (row.op == TENON_EXPR_BITCAST) {
    return row.type == operand_type || (is_four_bytes(row.type) && is_four_bytes(operand_type));
  }
  const uint16_t type = row.op == TENON_EXPR_SELECT ? row.type : operand_type;
  return elements().steps[row.op][type][both_vary] != nullptr;
}

Status check(const FormulaRows& formula) {
  for (size_t i = 0; i < formula.rows.size(); ++i) {
    const tenon_expr& row = formula.rows[i];
    if (!is_valid_row(formula.rows, i)) return invalid("formula row {} breaks a rule", i);
    if (row.type == TENON_TYPE_F64 || row.type == TENON_TYPE_U64) {
      return unsupported("a formula in {}", name_of(static_cast<Type>(row.type)));
    }
    if (row.op == TENON_EXPR_LOAD) {
      if (static_cast<uint64_t>(row.k) >= formula.operands.size()) {
        return invalid("formula row {} loads operand {} of {}", i, row.k, formula.operands.size());
      }
      const DType dtype = formula.operands[static_cast<size_t>(row.k)];
      if (!has_transfer(dtype)) return unsupported("a formula of {}", name_of(dtype));
      const auto own = static_cast<uint16_t>(type_of(dtype));
      if (own != row.type && elements().casts[row.type][own] == nullptr) {
        return unsupported("{} read as {}", name_of(dtype), name_of(static_cast<Type>(row.type)));
      }
    }
    const auto operand_type = row.a < 0 ? row.type : formula.rows[static_cast<size_t>(row.a)].type;
    if (!has_step(row, operand_type)) {
      return unsupported("{} of {}", expr_op(row.op).name,
                         name_of(static_cast<Type>(operand_type)));
    }
  }
  if (!has_transfer(formula.result)) return unsupported("a result of {}", name_of(formula.result));
  return {};
}

}  // namespace

Result<FormulaRows> formula_rows(std::span<const tenon_expr> rows, int32_t root,
                                 std::vector<DType> operands, DType result) {
  FormulaRows formula;
  formula.operands = std::move(operands);
  formula.result = result;
  const std::vector<int32_t> ids = needed_rows(rows, root);
  for (const int32_t id : ids) {
    tenon_expr row = rows[static_cast<size_t>(id)];
    for (int32_t* operand : {&row.a, &row.b, &row.c}) {
      if (*operand < 0) continue;
      *operand = static_cast<int32_t>(std::ranges::lower_bound(ids, *operand) - ids.begin());
    }
    formula.rows.push_back(row);
  }
  TENON_TRY(check(formula));
  return formula;
}

Result<FormulaRows> formula_rows(const NodeView& node) {
  const std::span<const tenon_expr> all = node.graph().exprs();
  const uint32_t root = node.row().formula;
  if (root == TENON_NONE || root >= all.size()) return invalid("no formula");
  std::vector<DType> operands;
  const size_t first = node.has_epilogue() ? node.own_inputs() : 0;
  if (node.has_epilogue()) operands.push_back(DType::f32);
  for (size_t i = first; i < node.inputs(); ++i) operands.push_back(node.input_dtype(i));
  return formula_rows(all, static_cast<int32_t>(root), std::move(operands), node.output_dtype(0));
}

}  // namespace tenon::cpu
