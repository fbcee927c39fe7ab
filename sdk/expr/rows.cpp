// SPDX-License-Identifier: Apache-2.0
#include "tenon/expr.h"
#include "tenon/expr_ops.h"

#include <algorithm>
#include <bit>
#include <queue>

namespace tenon {
namespace {

bool is_type(const tenon_expr& row, Type type) { return row.type == static_cast<uint16_t>(type); }

bool leaf_is_valid(std::span<const tenon_expr> rows, size_t id) {
  const tenon_expr& row = rows[id];
  const auto operand = [&](int32_t at) -> const tenon_expr& {
    return rows[static_cast<size_t>(at)];
  };
  if (row.op == TENON_EXPR_COORD) return is_type(row, Type::i64) && row.k >= 0;
  if (row.op == TENON_EXPR_LINEAR) return is_type(row, Type::i64);
  if (row.op == TENON_EXPR_SYMBOL) return row.k >= 0;
  if (row.op != TENON_EXPR_LOAD) return true;
  const auto limit = static_cast<int64_t>(id);
  for (const int32_t at : {row.a, row.b, row.c}) {
    if (at < -1 || at >= limit) return false;
  }
  return row.k >= 0 && (row.a < 0 || is_type(operand(row.a), Type::i64)) &&
         (row.b < 0 || is_type(operand(row.b), Type::boolean)) &&
         (row.c < 0 || operand(row.c).type == row.type);
}

}  // namespace

bool is_valid_row(std::span<const tenon_expr> rows, size_t id) {
  const tenon_expr& row = rows[id];
  const ExprOp& op = expr_op(row.op);
  if (op.kind == ExprClass::unknown || row.type >= expr_type_count) return false;
  if (op.kind == ExprClass::leaf) return leaf_is_valid(rows, id);
  const int32_t operands[] = {row.a, row.b, row.c};
  for (size_t i = 0; i < op.operands; ++i) {
    if (operands[i] < 0 || static_cast<size_t>(operands[i]) >= id) return false;
  }
  const auto type = static_cast<Type>(row.type);
  const auto first = static_cast<Type>(rows[static_cast<size_t>(row.a)].type);
  if (op.operands == 2 && rows[static_cast<size_t>(row.b)].type != static_cast<uint16_t>(first)) {
    return false;
  }
  switch (op.kind) {
    case ExprClass::arithmetic:
      return type == first;
    case ExprClass::bitwise:
      return type == first && !is_float(type);
    case ExprClass::floating:
      return type == first && is_float(type);
    case ExprClass::comparison:
      return type == Type::boolean;
    case ExprClass::test:
      return type == Type::boolean && is_float(first);
    case ExprClass::choice:
      return first == Type::boolean && rows[static_cast<size_t>(row.b)].type == row.type &&
             rows[static_cast<size_t>(row.c)].type == row.type;
    default:
      return row.op == TENON_EXPR_CAST || bits_of(type) == bits_of(first);
  }
}

std::vector<int32_t> needed_rows(std::span<const tenon_expr> rows, int32_t root) {
  std::vector<int32_t> found;
  std::priority_queue<int32_t> waiting;
  if (root >= 0) waiting.push(root);
  while (!waiting.empty()) {
    const int32_t id = waiting.top();
    waiting.pop();
    if (!found.empty() && found.back() == id) continue;
    found.push_back(id);
    const tenon_expr& row = rows[static_cast<size_t>(id)];
    for (const int32_t operand : {row.a, row.b, row.c}) {
      if (operand >= 0) waiting.push(operand);
    }
  }
  std::ranges::reverse(found);
  return found;
}

bool is_uniform(std::span<const tenon_expr> rows, ExprId root) {
  return std::ranges::none_of(needed_rows(rows, root), [&](ExprId id) {
    const uint16_t op = rows[static_cast<size_t>(id)].op;
    return op == TENON_EXPR_COORD || op == TENON_EXPR_LINEAR || op == TENON_EXPR_LOAD;
  });
}

Result<int64_t> evaluate(std::span<const tenon_expr> rows, ExprId root,
                         std::span<const int64_t> symbols) {
  if (root < 0 || static_cast<size_t>(root) >= rows.size()) {
    return invalid("expression {} of {} does not exist", root, rows.size());
  }
  const std::vector<ExprId> ids = needed_rows(rows, root);
  std::vector<int64_t> values(ids.size());
  const auto place = [&](ExprId id) {
    return static_cast<size_t>(std::ranges::lower_bound(ids, id) - ids.begin());
  };
  const auto value = [&](ExprId id) { return id < 0 ? 0 : values[place(id)]; };
  for (size_t i = 0; i < ids.size(); ++i) {
    const tenon_expr& row = rows[static_cast<size_t>(ids[i])];
    const auto type = static_cast<Type>(row.type);
    if (row.op == TENON_EXPR_CONST) {
      values[i] = row.k;
    } else if (row.op == TENON_EXPR_SYMBOL) {
      if (row.k < 0 || static_cast<uint64_t>(row.k) >= symbols.size()) {
        return invalid("symbol {} has no value: {} values are given", row.k, symbols.size());
      }
      const int64_t given = symbols[static_cast<size_t>(row.k)];
      values[i] =
          is_float(type) ? given : fold(TENON_EXPR_CAST, type, Type::i64, given, 0, 0, true);
    } else if (row.op <= TENON_EXPR_LOAD) {
      return invalid("expression {} depends on {}, which has no value outside of an element", root,
                     expr_op(row.op).name);
    } else {
      const auto operand_type = static_cast<Type>(rows[static_cast<size_t>(row.a)].type);
      values[i] = fold(row.op, type, operand_type, value(row.a), value(row.b), value(row.c), true);
    }
  }
  return values.back();
}

Result<int64_t> evaluate_dim(std::span<const tenon_expr> rows, int64_t dim,
                             std::span<const int64_t> symbols) {
  if (dim >= 0) return dim;
  const int64_t row = ~dim;
  if (static_cast<uint64_t>(row) >= rows.size()) {
    return invalid("size refers to expression {} of {}", row, rows.size());
  }
  return evaluate(rows, static_cast<ExprId>(row), symbols);
}

}  // namespace tenon
